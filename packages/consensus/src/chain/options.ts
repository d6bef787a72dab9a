import type { BlockHash } from '@raistone/primitives'
import type { PruneOptions } from './pruner.js'

/** Work that opening has to do before the chain can be used. */
export interface OpenProgress {
  /** `replay`: blocks that had not reached the coins; `rebuild`: the coins are made again from the blocks. */
  readonly phase: 'replay' | 'rebuild'
  readonly height: number
  readonly target: number
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
  /** Old blocks are removed. All are kept by default. */
  readonly prune?: PruneOptions | undefined
  readonly progress?: (progress: OpenProgress) => void
}

export const chainDefaults = {
  cacheBytes: 300_000_000,
  assumeValid: undefined,
  groupBytes: 8_000_000,
  maxTipAgeSec: 24 * 3600,
  prune: undefined,
  progress: (): void => undefined,
} as const satisfies Required<ChainOptions>
