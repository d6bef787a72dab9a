import type { ChainParams } from '../../../src/params/chain-params.js'
import type { Stage } from './stage.js'

/** What happens to a chain, and what the chain says to it. */
export interface Scene {
  /** A sentence that is true of the chain. */
  readonly name: string
  /** Names of the blocks in Bitcoin Core's feature_block test that play the same part. */
  readonly like?: string
  /** Regtest with coinbases that mature after three blocks, unless others are given. */
  readonly rules?: ChainParams
  /** `genesis`: without the base of blocks and coins. */
  readonly from?: 'genesis'
  readonly play: (stage: Stage) => Promise<void>
}

/** Scenes about one thing. */
export interface Theme {
  readonly name: string
  readonly scenes: readonly Scene[]
}
