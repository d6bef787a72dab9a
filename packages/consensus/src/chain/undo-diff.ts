import { type Block, type OutpointKey, outpointKey } from '@raistone/primitives'
import { type Coin, type CoinDiff, noCoins } from '../coin.js'

/**
 * What disconnecting the block does to the coins: its outputs go, what it spent or overwrote comes back. Coins made and
 * spent within the block appear among the spent ones and are left out.
 */
export function disconnectDiff(
  block: Block,
  spent: readonly (readonly Coin[])[],
  height: number,
  overwritten: ReadonlyMap<OutpointKey, Coin> = noCoins,
): CoinDiff {
  const gone = new Map<OutpointKey, Coin>()
  const back = new Map(overwritten)
  block.transactions.forEach((tx, i) => {
    tx.outputs.forEach(({ value, script }, vout) => {
      gone.set(outpointKey({ txid: tx.txid, vout }), { value, script, height, coinbase: i === 0 })
    })
  })
  block.transactions.forEach((tx, i) => {
    if (i === 0) return
    tx.inputs.forEach(({ prevout }, input) => {
      const key = outpointKey(prevout)
      const coin = spent[i]?.[input]
      if (coin && !gone.has(key)) back.set(key, coin)
    })
  })
  return { added: back, spent: gone }
}
