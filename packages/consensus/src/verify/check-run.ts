import type { Piece } from './batch.js'
import type { ScriptFailure } from './script-verifier.js'

/** Some pieces that one thread checks at once. */
export interface Batch {
  /** Place among the batches of the run: a failure in a lower one wins. */
  readonly order: number
  readonly pieces: readonly Piece[]
  /** Threads that died over it. */
  deaths: number
}

/** The checks of one call: hands out batches in order, and knows when the first failure is certain. */
export class CheckRun {
  /** Resolves with the first failure, or rejects when a batch cannot be checked. */
  readonly result: Promise<ScriptFailure | undefined>
  private resolve!: (failure: ScriptFailure | undefined) => void
  private reject!: (error: Error) => void
  private readonly redo: Batch[] = []
  private failure: (ScriptFailure & { readonly order: number }) | undefined
  private handedOut = 0
  private open = 0
  private exhausted = false
  private settled = false

  constructor(private readonly source: Iterator<Piece[]>) {
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

  /** The next batch that could still change the result; undefined if all are handed out. */
  take(): Batch | undefined {
    const batch = this.settled ? undefined : (this.redo.shift() ?? this.fresh())
    if (batch) this.open++
    else this.settleIfDone()
    return batch
  }

  private fresh(): Batch | undefined {
    if (this.exhausted || this.failure) return undefined
    const { value, done } = this.source.next()
    if (done) this.exhausted = true
    return done ? undefined : { order: this.handedOut++, pieces: value, deaths: 0 }
  }

  finish(batch: Batch, failure: ScriptFailure | undefined): void {
    this.open--
    if (failure && batch.order < (this.failure?.order ?? Number.POSITIVE_INFINITY))
      this.failure = { ...failure, order: batch.order }
    this.settleIfDone()
  }

  /** The thread died: the batch is done once more, and a second death ends the run. */
  lost(batch: Batch, why: Error): void {
    this.open--
    batch.deaths++
    if (batch.deaths > 1) this.fail(why)
    else this.redo.push(batch)
  }

  fail(why: Error): void {
    this.settled = true
    this.reject(why)
  }

  private settleIfDone(): void {
    if (this.settled || this.open > 0 || this.redo.length > 0 || !(this.exhausted || this.failure)) return
    this.settled = true
    const { failure } = this
    this.resolve(failure && { index: failure.index, input: failure.input, error: failure.error })
  }
}
