import { hashHeaderBytes } from './block.js'
import { sha256Engine } from './hash/engine.js'

/** There are so many nonces: a header has four bytes for one. */
export const NONCES = 2 ** 32
const NONCE_OFFSET = 76

/** The four highest bytes as a number: those of a hash that meets the target are no more. */
const highestBytes = (target: bigint): number => Number(target >> 224n)

/**
 * The first nonce from `from` on, of `count`, with which the hash of an 80-byte header, read as a number, is at most the
 * target; -1 if there is none. The header's own nonce is ignored.
 */
export function findNonce(header: Uint8Array, target: bigint, from: number, count: number): number {
  const tried = header.slice()
  const view = new DataView(tried.buffer)
  const end = Math.min(from + count, NONCES)
  for (let start = from; start < end; ) {
    const nonce = sha256Engine().findNonce(tried, highestBytes(target), start, end - start)
    if (nonce < 0) return -1
    view.setUint32(NONCE_OFFSET, nonce, true)
    if (BigInt(`0x${hashHeaderBytes(tried)}`) <= target) return nonce
    start = nonce + 1
  }
  return -1
}
