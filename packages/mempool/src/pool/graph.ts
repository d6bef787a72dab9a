import { type OutpointKey, outpointKey, type Transaction, type Txid, type Wtxid } from '@raistone/primitives'
import type { MempoolEntry, NewEntry } from './entry.js'
import { memoryOf } from './memory.js'

interface Totals {
  count: number
  vsize: number
  fees: bigint
}

interface Node extends MempoolEntry {
  readonly parents: Set<Txid>
  readonly children: Set<Txid>
  readonly ancestors: Totals
  readonly descendants: Totals
}

const totalsOf = (entry: NewEntry): Totals => ({ count: 1, vsize: entry.vsize, fees: entry.fee })

function addTotals(to: Totals, entry: NewEntry, sign: 1 | -1): void {
  to.count += sign
  to.vsize += sign * entry.vsize
  to.fees += sign === 1 ? entry.fee : -entry.fee
}

/**
 * The waiting transactions and who spends whom, found by txid, wtxid and spent outpoint. Each entry carries the
 * totals of its ancestors and descendants, kept up to date, for limits, eviction and templates ask for them all the time.
 */
export class TransactionGraph {
  private readonly nodes = new Map<Txid, Node>()
  private readonly wtxids = new Map<Wtxid, Txid>()
  private readonly spenders = new Map<OutpointKey, Txid>()
  /** Virtual bytes of all transactions. */
  vsize = 0
  fees = 0n
  /** Estimated memory, bytes. */
  memory = 0

  get size(): number {
    return this.nodes.size
  }

  get(txid: Txid): MempoolEntry | undefined {
    return this.nodes.get(txid)
  }

  byWtxid(wtxid: Wtxid): MempoolEntry | undefined {
    const txid = this.wtxids.get(wtxid)
    return txid === undefined ? undefined : this.nodes.get(txid)
  }

  spender(key: OutpointKey): Txid | undefined {
    return this.spenders.get(key)
  }

  entries(): Iterable<MempoolEntry> {
    return this.nodes.values()
  }

  /** The unconfirmed transactions that this one spends from, directly. */
  parentsOf(tx: Transaction): Set<Txid> {
    const parents = new Set<Txid>()
    for (const { prevout } of tx.inputs) if (this.nodes.has(prevout.txid)) parents.add(prevout.txid)
    return parents
  }

  /** Everything above these transactions, and they themselves. */
  upwards(from: Iterable<Txid>): MempoolEntry[] {
    return this.walk(from, 'parents')
  }

  /** Everything below these transactions, and they themselves. */
  downwards(from: Iterable<Txid>): MempoolEntry[] {
    return this.walk(from, 'children')
  }

  /** Whoever adds has made sure that no input is spent in the pool and that the transaction is not in it. */
  add(incoming: NewEntry): MempoolEntry {
    const { txid, wtxid, inputs, outputs } = incoming.tx
    const node: Node = {
      ...incoming,
      parents: this.parentsOf(incoming.tx),
      children: new Set(),
      ancestors: totalsOf(incoming),
      descendants: totalsOf(incoming),
    }
    this.nodes.set(txid, node)
    this.wtxids.set(wtxid, txid)
    for (const { prevout } of inputs) this.spenders.set(outpointKey(prevout), txid)
    for (const parent of node.parents) this.nodes.get(parent)?.children.add(txid)
    // A transaction that comes back from a disconnected block may find its children waiting.
    outputs.forEach((_, vout) => {
      const child = this.spenders.get(outpointKey({ txid, vout }))
      if (child !== undefined) node.children.add(child)
    })
    if (node.children.size > 0) this.adopt(node)
    else this.count(node, 1)
    this.vsize += node.vsize
    this.fees += node.fee
    this.memory += memoryOf(node.tx)
    return node
  }

  /**
   * These and everything below, children before their parents: in this order they can be removed one by one, each
   * still linked to all that is above it and must be told.
   */
  childrenFirst(from: Iterable<Txid>): MempoolEntry[] {
    return this.downwards(from).sort((a, b) => b.ancestors.count - a.ancestors.count)
  }

  /** Takes out one transaction: with its children gone (`childrenFirst`), or its parents, as a block confirms it. */
  remove(txid: Txid): MempoolEntry | undefined {
    const node = this.nodes.get(txid)
    if (!node) return undefined
    this.count(node, -1)
    for (const parent of node.parents) this.nodes.get(parent)?.children.delete(txid)
    for (const child of node.children) this.nodes.get(child)?.parents.delete(txid)
    for (const { prevout } of node.tx.inputs) this.spenders.delete(outpointKey(prevout))
    this.wtxids.delete(node.tx.wtxid)
    this.nodes.delete(txid)
    this.vsize -= node.vsize
    this.fees -= node.fee
    this.memory -= memoryOf(node.tx)
    return node
  }

  /** Tells the family above and below, and the entry itself, that it came or goes. */
  private count(node: Node, sign: 1 | -1): void {
    for (const above of this.walk(node.parents, 'parents')) {
      addTotals(above.descendants, node, sign)
      if (sign === 1) addTotals(node.ancestors, above, 1)
    }
    for (const below of this.walk(node.children, 'children')) addTotals(below.ancestors, node, sign)
  }

  /** Links children that were there before their parent: families merge, so their totals are counted afresh. */
  private adopt(node: Node): void {
    const { txid } = node.tx
    for (const child of node.children) this.nodes.get(child)?.parents.add(txid)
    const family = new Set([...this.walk([txid], 'parents'), ...this.walk([txid], 'children')])
    for (const member of family) {
      this.recount(member.ancestors, this.walk([member.tx.txid], 'parents'))
      this.recount(member.descendants, this.walk([member.tx.txid], 'children'))
    }
  }

  private recount(totals: Totals, members: readonly Node[]): void {
    Object.assign(totals, { count: 0, vsize: 0, fees: 0n })
    for (const member of members) addTotals(totals, member, 1)
  }

  private walk(from: Iterable<Txid>, direction: 'parents' | 'children'): Node[] {
    const queue = [...from]
    if (queue.length === 0) return []
    const found = new Set<Node>()
    for (let txid = queue.pop(); txid !== undefined; txid = queue.pop()) {
      const node = this.nodes.get(txid)
      if (!node || found.has(node)) continue
      found.add(node)
      queue.push(...node[direction])
    }
    return [...found]
  }
}
