import type { Transaction, Wtxid } from '@raistone/primitives'
import { splitBatches } from '../messages/transactions.js'

/** How long a transaction may wait for company. */
export const FLUSH_MS = 75

/**
 * Transactions new in our mempool, on their way to the topic. One that is being judged as part of a message waits
 * for that message's verdict: accepted as a whole, the message itself spreads it.
 */
export class Outbox {
  private readonly queue = new Map<Wtxid, Transaction>()
  private readonly judging = new Map<Wtxid, number>()
  private readonly held = new Map<Wtxid, Transaction>()

  /** A message with these is being judged. */
  begin(wtxids: readonly Wtxid[]): void {
    for (const wtxid of wtxids) this.judging.set(wtxid, (this.judging.get(wtxid) ?? 0) + 1)
  }

  /** The message has its verdict. Returns whether there is something to flush. */
  end(wtxids: readonly Wtxid[], accepted: boolean): boolean {
    for (const wtxid of wtxids) {
      const left = (this.judging.get(wtxid) ?? 1) - 1
      const tx = this.held.get(wtxid)
      if (tx && accepted) this.held.delete(wtxid)
      if (left > 0) {
        this.judging.set(wtxid, left)
        continue
      }
      this.judging.delete(wtxid)
      if (tx && this.held.delete(wtxid)) this.queue.set(wtxid, tx)
    }
    return this.queue.size > 0
  }

  /** A transaction entered the mempool. Returns whether there is something to flush. */
  add(tx: Transaction): boolean {
    if (this.judging.has(tx.wtxid)) this.held.set(tx.wtxid, tx)
    else this.queue.set(tx.wtxid, tx)
    return this.queue.size > 0
  }

  /** Empties the queue into batches, in the order transactions came: parents before children. */
  flush(): readonly (readonly Transaction[])[] {
    const batches = splitBatches(this.queue.values())
    this.queue.clear()
    return batches
  }
}
