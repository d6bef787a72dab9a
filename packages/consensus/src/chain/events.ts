import type { Block } from '@raistone/primitives'
import type { Coin } from '../coin.js'
import type { BlockEntry } from './block-entry.js'

/** What the chain tells, after commit. A reorganisation is its disconnects, then its connects, in order. */
export interface ChainEvents {
  connected: {
    readonly entry: BlockEntry
    readonly block: Block
    /** The coins each non-coinbase transaction spent, in input order; index 0 (the coinbase) is empty. */
    readonly spent: readonly (readonly Coin[])[]
  }
  disconnected: { readonly entry: BlockEntry; readonly block: Block }
  /** The coins of a snapshot took the place of the chain's own: of no block in between is anything told. */
  jumped: { readonly entry: BlockEntry }
  /** History is verified up to here, behind a snapshot. Not told for each block. */
  verified: { readonly entry: BlockEntry }
  /** The blocks before a snapshot's lead to its coins, or they do not: then the chain stops. */
  judged: { readonly base: BlockEntry; readonly valid: boolean }
  /** The tip after a whole step; `initialDownload` while it is still far behind. */
  tip: { readonly entry: BlockEntry; readonly initialDownload: boolean }
}
