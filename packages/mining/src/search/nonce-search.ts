import type { Header } from '@raistone/primitives'

export interface SearchOptions {
  readonly signal?: AbortSignal | undefined
  /** Nonces to try at most; there are 2^32, and none is tried twice. */
  readonly mostTries?: number | undefined
}

/** Looks for a nonce with which the header's hash meets the target. */
export interface NonceSearch {
  /** The solved header; undefined if it was aborted or no nonce in the range does. */
  search(header: Header, target: bigint, options?: SearchOptions): Promise<Header | undefined>
  /** Nonces tried since it was made. */
  readonly hashes: number
  close(): Promise<void>
}
