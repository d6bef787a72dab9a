import { type Block, detachTransaction, type Transaction, type Txid } from '@raistone/primitives'
import { memoryOf } from './memory.js'

/**
 * Transactions of disconnected blocks, until the reorganisation is over. It may be of any depth and this may not: of
 * too many the latest are forgotten, for they may spend from earlier ones and never the other way round.
 */
export class FreedTransactions {
  /** Latest first. */
  private waiting = new Map<Txid, Transaction>()
  private memory = 0

  constructor(private readonly mostBytes: number) {}

  get size(): number {
    return this.waiting.size
  }

  /** Blocks are taken back from the tip down, so what comes is earlier than all that is here. */
  onDisconnected({ transactions }: Block): void {
    for (const tx of transactions.slice(1).toReversed()) this.put(detachTransaction(tx))
    this.shrink()
  }

  /** The other branch has them too. */
  onConnected({ transactions }: Block): void {
    for (const { txid } of transactions) this.forget(txid)
  }

  /** All of them, earliest first; none stays. */
  take(): Transaction[] {
    const all = [...this.waiting.values()].reverse()
    this.waiting.clear()
    this.memory = 0
    return all
  }

  /** The rest of what was taken, for which the time has not come. */
  putBack(transactions: readonly Transaction[]): void {
    const earlier = this.waiting
    this.waiting = new Map()
    this.memory = 0
    for (const tx of [...transactions.toReversed(), ...earlier.values()]) this.put(tx)
    this.shrink()
  }

  private put(tx: Transaction): void {
    if (this.waiting.has(tx.txid)) return
    this.waiting.set(tx.txid, tx)
    this.memory += memoryOf(tx)
  }

  private forget(txid: Txid): void {
    const tx = this.waiting.get(txid)
    if (!tx) return
    this.waiting.delete(txid)
    this.memory -= memoryOf(tx)
  }

  private shrink(): void {
    for (const txid of this.waiting.keys()) {
      if (this.memory <= this.mostBytes) return
      this.forget(txid)
    }
  }
}
