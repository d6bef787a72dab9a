import type { Coin, CoinView, Outcome } from '@raistone/consensus'
import { type OutpointKey, outpointKey, type Transaction } from '@raistone/primitives'
import type { MempoolChain } from '../deps.js'

/** Outputs of waiting transactions, as if the next block had made them. */
export type PoolCoins = (key: OutpointKey) => Coin | undefined

const inputKeys = (tx: Transaction): OutpointKey[] => tx.inputs.map(input => outpointKey(input.prevout))
const outputKeys = (tx: Transaction): OutpointKey[] => tx.outputs.map((_, vout) => outpointKey({ txid: tx.txid, vout }))

const allOf = (keys: readonly OutpointKey[], pool: PoolCoins, view: CoinView): Coin[] =>
  keys.map(key => pool(key) ?? view.get(key)).filter(coin => coin !== undefined)

/** Transactions whose coins are asked for together. */
const TOGETHER = 500

/**
 * Those of the transactions, parents first, all of whose coins are there: in the pool, in the ledger, or made by another
 * of them. Undefined if `isCurrent` is false before all have been looked at.
 */
export async function withTheirCoins(
  transactions: readonly Transaction[],
  pool: PoolCoins,
  chain: MempoolChain,
  isCurrent: () => boolean,
): Promise<Transaction[] | undefined> {
  const made = new Set<OutpointKey>()
  const whole: Transaction[] = []
  for (let at = 0; at < transactions.length; at += TOGETHER) {
    const some = transactions.slice(at, at + TOGETHER)
    const view = await chain.coins(some.flatMap(inputKeys))
    if (!isCurrent()) return undefined
    for (const tx of some) {
      if (!inputKeys(tx).every(key => made.has(key) || pool(key) || view.get(key))) continue
      for (const key of outputKeys(tx)) made.add(key)
      whole.push(tx)
    }
  }
  return whole
}

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
