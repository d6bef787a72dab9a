import type { Snapshot } from '../params/chain-params.js'
import { Slices } from '../verify/next-turn.js'
import type { Path } from './locate.js'

/**
 * Transactions in the blocks up to a height; undefined where some of them have never been here and the genesis file does
 * not know how many they have.
 */
export async function transactionsUpTo(
  height: number,
  path: Path,
  snapshots: readonly Snapshot[],
): Promise<number | undefined> {
  const known = new Map(snapshots.map(snapshot => [snapshot.block as string, snapshot.chainTxCount]))
  const slices = new Slices()
  let sum = 0
  for (let at = height; at >= 0; at--) {
    const entry = path[at]
    if (!entry) return undefined
    const before = known.size > 0 ? known.get(entry.hash) : undefined
    if (before !== undefined) return sum + before
    if (entry.txCount === 0) return undefined
    sum += entry.txCount
    if (slices.over) await slices.pause()
  }
  return sum
}
