import type { MempoolEntry } from '@raistone/mempool'
import type { Sats, Txid } from '@raistone/primitives'
import type { MiningMempool } from './deps.js'

/** What a template may hold beside its coinbase. */
export interface Room {
  readonly weight: number
  readonly sigops: number
}

/** A transaction with the ancestors that are not chosen yet. */
interface Package {
  readonly entry: MempoolEntry
  readonly fees: Sats
  readonly vsize: number
}

/** Sorts the better paying one first; of equals the one that came first. */
function compare(a: Package, b: Package): number {
  const left = a.fees * BigInt(b.vsize)
  const right = b.fees * BigInt(a.vsize)
  return left === right ? a.entry.sequence - b.entry.sequence : left > right ? -1 : 1
}

/** The best of a changing set, by binary heap. */
class Heap {
  private readonly items: Package[] = []

  push(item: Package): void {
    const { items } = this
    let at = items.push(item) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (compare(items[up] as Package, item) <= 0) break
      items[at] = items[up] as Package
      at = up
    }
    items[at] = item
  }

  pop(): Package | undefined {
    const { items } = this
    const best = items[0]
    const last = items.pop()
    if (!last || items.length === 0) return best
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= items.length) break
      if (down + 1 < items.length && compare(items[down + 1] as Package, items[down] as Package) < 0) down++
      if (compare(last, items[down] as Package) <= 0) break
      items[at] = items[down] as Package
      at = down
    }
    items[at] = last
    return best
  }
}

/** Packages in a row that may not fit before the search is over, if hardly anything would (as Core's miner). */
const MOST_MISSES = 1000
/** Weight. */
const NEARLY_FULL = 4000

/**
 * Chooses transactions by the fee rate of each one together with its unconfirmed ancestors, ancestors first, until
 * nothing more fits or pays `minFeeRate` (satoshis for 1,000 virtual bytes).
 */
export function selectTransactions(mempool: MiningMempool, room: Room, minFeeRate: Sats): MempoolEntry[] {
  const chosen = new Map<Txid, MempoolEntry>()
  const heap = new Heap()
  const current = new Map<Txid, Package>()
  const offer = (item: Package): void => {
    current.set(item.entry.tx.txid, item)
    heap.push(item)
  }
  for (const entry of mempool.entries()) offer({ entry, fees: entry.ancestors.fees, vsize: entry.ancestors.vsize })
  const left = { ...room }
  let misses = 0
  for (let best = heap.pop(); best; best = heap.pop()) {
    // A stale offer: its ancestors were chosen since.
    if (current.get(best.entry.tx.txid) !== best) continue
    current.delete(best.entry.tx.txid)
    if (best.fees * 1000n < minFeeRate * BigInt(best.vsize)) break
    const members = missingAncestors(best.entry, mempool, chosen)
    const weight = members.reduce((sum, entry) => sum + entry.weight, 0)
    const sigops = members.reduce((sum, entry) => sum + entry.sigopCost, 0)
    if (weight > left.weight || sigops > left.sigops) {
      if (++misses > MOST_MISSES && left.weight < NEARLY_FULL) break
      continue
    }
    left.weight -= weight
    left.sigops -= sigops
    misses = 0
    for (const member of members) {
      chosen.set(member.tx.txid, member)
      current.delete(member.tx.txid)
    }
    for (const member of members) relieve(member, mempool, current, offer)
  }
  return [...chosen.values()]
}

/** The entry and its ancestors that are not chosen yet, each after all it spends from. */
function missingAncestors(
  entry: MempoolEntry,
  mempool: MiningMempool,
  chosen: ReadonlyMap<Txid, MempoolEntry>,
): MempoolEntry[] {
  const found = new Map<Txid, MempoolEntry>()
  const visit = (at: MempoolEntry): void => {
    if (found.has(at.tx.txid) || chosen.has(at.tx.txid)) return
    for (const txid of at.parents) {
      const parent = mempool.get(txid)
      if (parent) visit(parent)
    }
    found.set(at.tx.txid, at)
  }
  visit(entry)
  return [...found.values()]
}

/** A chosen transaction no longer weighs on those that spend from it. */
function relieve(
  member: MempoolEntry,
  mempool: MiningMempool,
  current: ReadonlyMap<Txid, Package>,
  offer: (item: Package) => void,
): void {
  const seen = new Set<Txid>()
  const queue = [...member.children]
  for (let txid = queue.pop(); txid !== undefined; txid = queue.pop()) {
    if (seen.has(txid)) continue
    seen.add(txid)
    queue.push(...(mempool.get(txid)?.children ?? []))
    const item = current.get(txid)
    if (item) offer({ entry: item.entry, fees: item.fees - member.fee, vsize: item.vsize - member.vsize })
  }
}
