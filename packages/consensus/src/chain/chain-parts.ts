import type { Curve, Height } from '@raistone/primitives'
import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import type { ChainStore } from '../store/chain-store.js'
import type { CoinStore } from '../store/coin-store.js'
import type { CoinTable } from '../store/coin-table.js'
import type { Slices } from '../verify/next-turn.js'
import type { BlockTree } from './block-tree.js'
import type { Ledger } from './ledger.js'
import type { Pruner } from './pruner.js'
import type { BlockRecords } from './records.js'
import type { ExpectedSnapshot } from './snapshot-base.js'
import type { TreeEntry } from './tree-entry.js'

/** Coins, with the chain of blocks that they follow from. */
export interface Coinage {
  readonly coins: CoinTable
  readonly ledger: Ledger
}

/** The coins of the blocks below a snapshot, and what they have to become. */
export interface History extends Coinage, ExpectedSnapshot {}

/** What `openChain` has put together. */
export interface ChainParts {
  readonly params: ChainParams
  readonly clock: Clock
  readonly curve: Curve
  readonly store: ChainStore
  readonly tree: BlockTree
  readonly records: BlockRecords
  /** Those of the best chain; others take their place when a snapshot is loaded. */
  coins: CoinTable
  ledger: Ledger
  /** Undefined where all blocks are kept. */
  readonly pruner: Pruner | undefined
  /** What a snapshot was loaded over and is still to be verified. */
  readonly history: History | undefined
  /** A ledger over the stored coins of this block, with so much memory in bytes. */
  readonly begin: (store: CoinStore, head: TreeEntry, cacheBytes: number, madeAnew?: boolean) => Coinage
  /** For the coins of all ledgers together. */
  readonly cacheBytes: number
  /** Between them others have their turn. */
  readonly slices: Slices
  readonly groupBytes: number
  readonly mostHeight: Height
  readonly maxTipAgeSec: number
}
