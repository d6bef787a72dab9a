import { type Height, type OutpointKey, outpointKey, type Transaction, type TxOut } from '@raistone/primitives'
import { isUnspendable } from '@raistone/script'
import type { Coin, CoinDiff, CoinView } from '../../coin.js'

/** The coins while a block's transactions are applied one after the other. */
export class Workspace implements CoinView {
  private readonly made = new Map<OutpointKey, Coin>()
  private readonly gone = new Map<OutpointKey, Coin>()

  constructor(
    private readonly base: CoinView,
    private readonly height: Height,
  ) {}

  get(at: OutpointKey): Coin | undefined {
    return this.made.get(at) ?? (this.gone.has(at) ? undefined : this.base.get(at))
  }

  spend(at: OutpointKey, coin: Coin): void {
    if (!this.made.delete(at)) this.gone.set(at, coin)
  }

  /** An output that nobody can ever spend becomes no coin. */
  make({ txid, outputs }: Transaction, vout: number, coinbase: boolean): void {
    const { value, script } = outputs[vout] as TxOut
    if (isUnspendable(script)) return
    this.made.set(outpointKey({ txid, vout }), { value, script, height: this.height, coinbase })
  }

  get diff(): CoinDiff {
    return { added: this.made, spent: this.gone }
  }
}
