import { StoreError } from '../store/store-error.js'
import { WorkQueue } from './work-queue.js'

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Runs pieces of work one after the other. What one of them throws stops it for good: all that waits is rejected. */
export class Turns {
  /** Resolves with the reason when no more can be done; never otherwise. */
  readonly failed: Promise<Error>
  failure: Error | undefined
  /** What a failure still has to do. */
  private noted: Promise<void> = Promise.resolve()
  private readonly queue: WorkQueue
  private readonly abandoned = new Set<(error: Error) => void>()
  private tellFailure!: (error: Error) => void
  private last: Promise<void> | undefined
  private ended = false

  /** `pause` runs after each piece, `broken` once. */
  constructor(
    pause: () => Promise<void>,
    private readonly broken: (why: Error) => Promise<void>,
  ) {
    this.queue = new WorkQueue(pause, error => this.fail(error))
    this.failed = new Promise(resolve => {
      this.tellFailure = resolve
    })
  }

  /** Nothing waits for its turn. */
  get idle(): boolean {
    return this.queue.idle
  }

  /** Neither failed nor ended. */
  get working(): boolean {
    return this.failure === undefined && this.last === undefined
  }

  assertWorking(): void {
    if (this.failure) throw this.failure
    if (this.last) throw new StoreError('failed', 'the chain is closed')
  }

  /** Runs in turn and answers itself. */
  async take<T>(run: (answer: (value: T) => void) => Promise<void>): Promise<T> {
    this.assertWorking()
    return new Promise<T>((resolve, reject) => {
      this.abandoned.add(reject)
      this.queue.add(async () => {
        if (this.failure) throw this.failure
        await run(value => {
          this.abandoned.delete(reject)
          resolve(value)
        })
      })
    })
  }

  /** A turn without work, so that `pause` runs. */
  nudge(): void {
    this.queue.add(() => Promise.resolve())
  }

  /** Work outside of turns: its failure stops everything all the same. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  private fail(error: unknown): void {
    const first = this.failure === undefined && !this.ended
    const why = this.failure ?? asError(error)
    this.failure = why
    for (const reject of this.abandoned) reject(why)
    this.abandoned.clear()
    if (!first) return
    this.noted = this.broken(why)
    void this.noted.then(() => this.tellFailure(why))
  }

  /** `finish` is the last turn, if there was no failure; then, whatever happened, `release`. Later calls get the first one's result. */
  end(finish: () => Promise<void>, release: () => Promise<void>): Promise<void> {
    this.last ??= this.endOnce(this.failure ? Promise.resolve() : finish(), release)
    return this.last
  }

  private async endOnce(finished: Promise<void>, release: () => Promise<void>): Promise<void> {
    try {
      await finished
    } finally {
      await this.noted
      this.ended = true
      await release()
    }
  }
}
