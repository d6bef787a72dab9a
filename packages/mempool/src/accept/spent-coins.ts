import type { Coin, CoinView, Outcome } from '@raistone/consensus'
import { type OutpointKey, outpointKey, type Transaction } from '@raistone/primitives'
import type { MempoolChain } from '../deps.js'

/** Outputs of waiting transactions, as if the next block had made them. */
export type PoolCoins = (key: OutpointKey) => Coin | undefined

const inputKeys = (tx: Transaction): OutpointKey[] => tx.inputs.map(input => outpointKey(input.prevout))
const outputKeys = (tx: Transaction): OutpointKey[] => tx.outputs.map((_, vout) => outpointKey({ txid: tx.txid, vout }))

const allOf = (keys: readonly OutpointKey[], pool: PoolCoins, view: CoinView): Coin[] =>
  keys.map(key => pool(key) ?? view.get(key)).filter(coin => coin !== undefined)

/** The coins the transaction spends, from the pool and the ledger; or why there are none. */
export async function loadSpentCoins(
  tx: Transaction,
  pool: PoolCoins,
  chain: MempoolChain,
): Promise<Outcome<readonly Coin[]>> {
  const keys = inputKeys(tx)
  const coins = allOf(keys, pool, await chain.coins(keys.filter(key => !pool(key))))
  if (coins.length === keys.length) return { value: coins }
  // Outputs of its own among the coins mean that a block has it already.
  const own = outputKeys(tx)
  const view = await chain.coins(own)
  if (own.some(key => view.get(key))) return { reject: { rule: 'txn-already-known', cause: 'policy' } }
  return { reject: { rule: 'bad-txns-inputs-missingorspent', cause: 'missing' } }
}
