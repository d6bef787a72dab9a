import { type Block, type OutpointKey, outpointKey } from '@raistone/primitives'
import { isUnspendable } from '@raistone/script'
import type { Coin, CoinDiff, CoinView } from '../coin.js'
import type { CoinTable } from '../store/coin-table.js'

const isSame = (a: Coin | undefined, b: Coin): boolean =>
  a !== undefined &&
  a.value === b.value &&
  a.height === b.height &&
  a.coinbase === b.coinbase &&
  a.script.length === b.script.length &&
  a.script.every((byte, i) => byte === b.script[i])

/**
 * What does not fit when the block is taken back from these coins: an output that is not there as the block made it, or a
 * coin that is there although the block spent it (Core: DisconnectBlock). Undefined if everything fits.
 */
export function misfit(block: Block, diff: CoinDiff, coins: CoinView): string | undefined {
  const spentWithin = new Set<OutpointKey>()
  for (const tx of block.transactions.slice(1))
    for (const { prevout } of tx.inputs) spentWithin.add(outpointKey(prevout))
  for (const [at, coin] of diff.spent) {
    if (isUnspendable(coin.script) || spentWithin.has(at)) continue
    if (!isSame(coins.get(at), coin)) return `the coin ${at} is not as the block made it`
  }
  for (const at of diff.added.keys())
    if (!diff.spent.has(at) && coins.get(at)) return `the coin ${at} is there, and the block spent it`
  return undefined
}

/** The coins with changes in memory that nobody else sees. */
export class RewoundCoins {
  private readonly changed = new Map<OutpointKey, Coin | undefined>()

  constructor(private readonly base: CoinTable) {}

  /** Coins that differ. */
  get size(): number {
    return this.changed.size
  }

  /** A view that can answer for these outpoints. */
  async load(outpoints: readonly OutpointKey[]): Promise<CoinView> {
    const { changed } = this
    const view = await this.base.load(outpoints.filter(at => !changed.has(at)))
    return { get: at => (changed.has(at) ? changed.get(at) : view.get(at)) }
  }

  apply({ added, spent }: CoinDiff): void {
    for (const at of spent.keys()) this.changed.set(at, undefined)
    for (const [at, coin] of added) this.changed.set(at, coin)
  }
}
