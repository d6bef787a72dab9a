import type { Block } from '@raistone/primitives'
import type { BlockEntry } from '../chain/block-entry.js'
import type { Coin } from '../coin.js'
import type { IndexLayout, IndexStore } from './index-store.js'

/** A block of the active chain, as an index takes it in. */
export interface ConnectedBlock {
  readonly entry: BlockEntry
  readonly block: Block
  /** The coins that each transaction spent, as the chain tells them; empty for an index that needs none. */
  readonly spent: readonly (readonly Coin[])[]
}

/**
 * Something that can be looked up in blocks, kept beside them. What it keeps of a block is true whether the block is on
 * the active chain or not: when one leaves, only the index's tip steps back, for which nothing of the block is needed.
 */
export interface ChainIndex {
  readonly needsSpent: boolean
  /** Puts what is to be kept of a child of the last block, or of the genesis block, into the store. */
  connect(block: ConnectedBlock): Promise<void>
}

/** One of the indexes there are: how its records are laid out, and what reads and writes them. */
export interface IndexKind<I extends ChainIndex> {
  readonly layout: IndexLayout
  new (store: IndexStore): I
}
