import type { BlockHash } from '@raistone/primitives'
import type { CoinTable } from '../store/coin-table.js'
import type { BackgroundValidation } from './background-validation.js'
import type { BlockEntry } from './block-entry.js'

/** A set of coins, and how far it has come. */
export interface Chainstate {
  readonly tip: BlockEntry
  /** The block whose coins were loaded; undefined where all come from blocks. */
  readonly snapshot: BlockHash | undefined
  /** Every block before the tip was verified by this node. */
  readonly validated: boolean
  /** Memory that its coins may take. */
  readonly cacheBytes: number
}

export function chainstatesOf(
  tip: BlockEntry,
  coins: CoinTable,
  history: BackgroundValidation | undefined,
): Chainstate[] {
  const best = { tip, snapshot: history?.base.hash, validated: history === undefined, cacheBytes: coins.mostBytes }
  if (!history) return [best]
  return [{ tip: history.head, snapshot: undefined, validated: true, cacheBytes: history.cacheBytes }, best]
}
