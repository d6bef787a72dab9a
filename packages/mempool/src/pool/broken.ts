import type { Coin, CoinView } from '@raistone/consensus'
import { type OutpointKey, outpointKey } from '@raistone/primitives'
import { NextBlock } from '../accept/next-block.js'
import type { PoolCoins } from '../accept/spent-coins.js'
import type { MempoolChain } from '../deps.js'
import type { MempoolEntry } from './entry.js'

const spentKeys = ({ tx }: MempoolEntry): OutpointKey[] => tx.inputs.map(({ prevout }) => outpointKey(prevout))

function stillHolds(entry: MempoolEntry, pool: PoolCoins, view: CoinView, next: NextBlock): boolean {
  const { tx } = entry
  const coins = spentKeys(entry).map(key => pool(key) ?? view.get(key))
  if (!coins.every((coin): coin is Coin => coin !== undefined)) return false
  return next.isFinal(tx) && !next.sequenceLocks(tx, coins) && !next.withCoins(tx, coins).reject
}

/**
 * Entries that spend coins which are gone, immature or locked again, as a reorganisation may leave them; what hangs on
 * them is not named. Right for the tip it began with only.
 */
export async function findBroken(
  entries: readonly MempoolEntry[],
  pool: PoolCoins,
  chain: MempoolChain,
): Promise<MempoolEntry[]> {
  const view = await chain.coins(entries.flatMap(spentKeys).filter(key => !pool(key)))
  const next = new NextBlock(chain)
  return entries.filter(entry => !stillHolds(entry, pool, view, next))
}
