import { encodeHeader, type Header, NONCES } from '@raistone/primitives'
import type { NonceSearch, SearchOptions } from './nonce-search.js'
import { NonceScan } from './scan.js'
import { solvedHeader } from './solved.js'

/** A few milliseconds of work: then whoever waits gets a turn. */
const SLICE = 8000

const nextTurn = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0))

/** On the calling thread, in slices: for easy targets, and where there are no threads. */
export function createLocalSearch(): NonceSearch {
  let hashes = 0
  return {
    get hashes() {
      return hashes
    },
    async search(header: Header, target: bigint, { signal, mostTries = NONCES }: SearchOptions = {}) {
      const scan = new NonceScan(encodeHeader(header), target)
      const end = Math.min(mostTries, NONCES)
      for (let from = 0; from < end; from += SLICE) {
        if (signal?.aborted) return undefined
        const count = Math.min(SLICE, end - from)
        const nonce = scan.run(from, count)
        hashes += nonce < 0 ? count : nonce - from + 1
        if (nonce >= 0) return solvedHeader(header, nonce, target)
        await nextTurn()
      }
      return undefined
    },
    close: () => Promise.resolve(),
  }
}
