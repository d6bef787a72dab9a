import type { Height, OutpointKey, Sats } from '@raistone/primitives'

/** An output that nobody has spent yet. */
export interface Coin {
  readonly value: Sats
  readonly script: Uint8Array
  /** Height of the block that made it. */
  readonly height: Height
  readonly coinbase: boolean
}

/** A set of coins one can ask, synchronously: whoever decides has loaded them before. */
export interface CoinView {
  get(at: OutpointKey): Coin | undefined
}

export const noCoins: ReadonlyMap<OutpointKey, Coin> = new Map()

/**
 * What a block does to the coins, the spent ones first. A coin made and spent within the block is in neither map, so that
 * the reversed diff is exactly the disconnect; an outpoint is in both where one coin takes the place of another.
 */
export interface CoinDiff {
  readonly added: ReadonlyMap<OutpointKey, Coin>
  readonly spent: ReadonlyMap<OutpointKey, Coin>
}

export const reverseDiff = (diff: CoinDiff): CoinDiff => ({ added: diff.spent, spent: diff.added })

/** The view after the diff. */
export const overlay = (base: CoinView, diff: CoinDiff): CoinView => ({
  get: at => diff.added.get(at) ?? (diff.spent.has(at) ? undefined : base.get(at)),
})
