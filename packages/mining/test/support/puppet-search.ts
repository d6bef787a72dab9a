import type { Header } from '@raistone/primitives'
import { solve } from '@raistone/testkit'
import type { NonceSearch, SearchOptions } from '../../src/search/nonce-search.js'

/** A search in hand, to be answered by the test. */
export interface Errand {
  readonly header: Header
  readonly signal: AbortSignal | undefined
  readonly mostTries: number | undefined
  /** Solves it (regtest's work is easy). */
  solve(): void
  /** Says that no nonce solves it. */
  giveUp(): void
  fail(error: Error): void
}

/** Searches nothing: the test says how each search ends. An aborted one ends by itself, as it must. */
export class PuppetSearch implements NonceSearch {
  hashes = 0
  closed = false
  private readonly errands: Errand[] = []
  private readonly takers: ((errand: Errand) => void)[] = []

  search(header: Header, _target: bigint, { signal, mostTries }: SearchOptions = {}): Promise<Header | undefined> {
    if (signal?.aborted) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => resolve(undefined), { once: true })
      const settle = (solved: Header | undefined): void => {
        this.hashes += 1000
        resolve(solved)
      }
      const errand = {
        header,
        signal,
        mostTries,
        solve: () => settle(solve(header)),
        giveUp: () => settle(undefined),
        fail: reject,
      }
      const taker = this.takers.shift()
      if (taker) taker(errand)
      else this.errands.push(errand)
    })
  }

  /** The next search that was or will be asked for. */
  next(): Promise<Errand> {
    const errand = this.errands.shift()
    return errand ? Promise.resolve(errand) : new Promise(resolve => this.takers.push(resolve))
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}
