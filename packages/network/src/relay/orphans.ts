import type { Transaction, Txid } from '@raistone/primitives'

/** Transactions that came before their parents or their time: at most so many, each of at most so many bytes. */
export class Orphans {
  private readonly held = new Map<Txid, Transaction>()

  constructor(
    private readonly most: number,
    private readonly mostBytes: number,
  ) {}

  get size(): number {
    return this.held.size
  }

  add(tx: Transaction): void {
    if (tx.raw.length > this.mostBytes) return
    this.held.set(tx.txid, tx)
    if (this.held.size <= this.most) return
    const oldest = this.held.keys().next()
    if (!oldest.done) this.held.delete(oldest.value)
  }

  /** Removes and returns all, the oldest first. */
  takeAll(): readonly Transaction[] {
    const all = [...this.held.values()]
    this.held.clear()
    return all
  }

  /** Removes and returns those that spend an output of this transaction. */
  takeChildren(parent: Txid): readonly Transaction[] {
    const children = [...this.held.values()].filter(tx => tx.inputs.some(({ prevout }) => prevout.txid === parent))
    for (const { txid } of children) this.held.delete(txid)
    return children
  }
}
