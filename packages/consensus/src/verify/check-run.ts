import type { ScriptFlags } from '@raistone/script'
import type { Piece } from './batch.js'
import { taker } from './claims.js'
import { type PackedRun, packRun } from './packet.js'
import type { ScriptFailure, SignatureTally } from './script-verifier.js'

/** Some pieces that one thread checks at once. */
export interface Batch {
  /** Place among the batches of the run: a failure in a lower one wins. */
  readonly order: number
  readonly pieces: readonly Piece[]
  /** Threads that died over it. */
  deaths: number
  done: boolean
}

/**
 * The checks of one call: hands out batches in order, and knows when the first failure is certain. What was sent to a
 * thread can still be taken by this one, until that thread comes to it.
 */
export class CheckRun {
  /** Resolves with the first failure, or rejects when a batch cannot be checked. */
  readonly result: Promise<ScriptFailure | undefined>
  readonly packed: PackedRun
  private resolve!: (failure: ScriptFailure | undefined) => void
  private reject!: (error: Error) => void
  private readonly batches: readonly Batch[]
  private readonly redo: Batch[] = []
  private failure: ScriptFailure | undefined
  private failedAt = Number.POSITIVE_INFINITY
  /** Batches that were sent or taken here. */
  private handedOut = 0
  /** All before this one are done. */
  private firstOpen = 0
  private settled = false

  constructor(
    batches: readonly (readonly Piece[])[],
    readonly flags: ScriptFlags,
    readonly tally: SignatureTally,
  ) {
    this.packed = packRun(batches)
    this.batches = batches.map((pieces, order) => ({ order, pieces, deaths: 0, done: false }))
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // Who asked may have left with another exception.
    this.result.catch(() => undefined)
  }

  get over(): boolean {
    return this.settled
  }

  /** Whether the batch can still change the result. */
  matters(batch: Batch): boolean {
    return this.packed.claims.matters(batch.order)
  }

  /** The next batch to send to a thread; undefined if all are handed out. */
  toSend(): Batch | undefined {
    const again = this.redo.shift()
    if (again) return again
    const next = this.batches[this.handedOut]
    if (!next || !this.matters(next)) return undefined
    this.handedOut++
    return next
  }

  /** Takes a batch for this thread: the next one, or else the last one that a thread has not come to. */
  takeHere(): Batch | undefined {
    const { claims } = this.packed
    const next = this.batches[this.handedOut]
    if (next && claims.take(next.order, taker.here)) {
      this.handedOut++
      return next
    }
    for (let order = this.handedOut - 1; order >= this.firstOpen; order--)
      if (claims.take(order, taker.here)) return this.batches[order]
    return undefined
  }

  finish(batch: Batch, failure: ScriptFailure | undefined): void {
    batch.done = true
    if (failure && batch.order < this.failedAt) {
      this.failure = failure
      this.failedAt = batch.order
      this.packed.claims.stopAfter(batch.order)
    }
    while (this.batches[this.firstOpen]?.done) this.firstOpen++
    const all = Math.min(this.batches.length - 1, this.failedAt)
    if (this.settled || this.firstOpen <= all) return
    this.settled = true
    this.resolve(this.failure)
  }

  /** The thread that the batch was sent to died: it is done once more if it was begun, and a second death ends the run. */
  lost(batch: Batch, why: Error): void {
    const { claims } = this.packed
    const by = claims.takerOf(batch.order)
    if (by === taker.here || !this.matters(batch)) return
    if (by === taker.thread) batch.deaths++
    claims.release(batch.order)
    if (batch.deaths > 1) this.fail(why)
    else this.redo.push(batch)
  }

  /** Ends the run: what is not begun is left. */
  fail(why: Error): void {
    this.packed.claims.stop()
    this.settled = true
    this.reject(why)
  }
}
