/** Runs a few jobs at a time, lets some wait and refuses the rest. */
export class WorkQueue {
  private active = 0
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly atOnce: number,
    private readonly depth: number,
  ) {}

  /** The job's result, or undefined at once if too many wait already. */
  run<T>(job: () => Promise<T>): Promise<T> | undefined {
    if (this.active < this.atOnce) {
      this.active++
      return this.work(job)
    }
    if (this.waiting.length >= this.depth) return undefined
    return new Promise<void>(resolve => this.waiting.push(resolve)).then(() => this.work(job))
  }

  /** The place of a finished job goes to the one that has waited longest. */
  private async work<T>(job: () => Promise<T>): Promise<T> {
    try {
      return await job()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.active--
    }
  }
}
