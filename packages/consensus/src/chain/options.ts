import type { BlockHash, Height } from '@raistone/primitives'
import { SLICE_MS } from '../verify/next-turn.js'
import type { PruneOptions } from './pruner.js'
import type { VerifyOptions } from './verify-chain.js'

/** Work that opening has to do before the chain can be used. */
export interface OpenProgress {
  /**
   * `reindex`: headers are made again from the raw blocks; `rebuild`: coins from all blocks; `replay`: blocks that had not
   * reached the coins are connected; `verify`: the last blocks are verified.
   */
  readonly phase: 'reindex' | 'rebuild' | 'replay' | 'verify'
  /** Of the block just dealt with. */
  readonly height: Height
  /** Where it leads. */
  readonly target: Height
  /** Blocks and transactions dealt with in this phase. */
  readonly blocks: number
  readonly transactions: number
  /** How much of the phase is done, from 0 to 1. */
  readonly share: number
}

/** How the chain works; every field has a default. */
export interface ChainOptions {
  /** Memory for coins, in bytes. */
  readonly cacheBytes?: number
  /** Scripts of this block's ancestors are not checked. None by default. */
  readonly assumeValid?: BlockHash | undefined
  /** Raw blocks and undo data that one durable write takes at most, in bytes, while more blocks are waiting. */
  readonly groupBytes?: number
  /** A tip older than this, in seconds, means that the chain is still being downloaded. */
  readonly maxTipAgeSec?: number
  /** How long it may keep the thread from other work at a time, as far as work can be cut, in milliseconds. */
  readonly sliceMs?: number
  /** No block above this height is connected. No limit by default. */
  readonly mostHeight?: Height
  /** Old blocks are removed. All are kept by default. */
  readonly prune?: PruneOptions | undefined
  /** The last blocks are verified before the chain is opened. None by default. */
  readonly verify?: Pick<VerifyOptions, 'level' | 'blocks'> | undefined
  /** Ends opening early: what was done until then is kept, and `openChain` throws a StoreError `ended`. */
  readonly signal?: AbortSignal | undefined
  readonly progress?: (progress: OpenProgress) => void
}

export const chainDefaults = {
  cacheBytes: 300_000_000,
  assumeValid: undefined,
  groupBytes: 8_000_000,
  maxTipAgeSec: 24 * 3600,
  sliceMs: SLICE_MS,
  mostHeight: Number.POSITIVE_INFINITY,
  prune: undefined,
  verify: undefined,
  signal: undefined,
  progress: (): void => undefined,
} as const satisfies Required<ChainOptions>
