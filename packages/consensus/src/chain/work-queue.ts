/** One piece of work at a time, in the order it came. */
export class WorkQueue {
  private readonly waiting: (() => Promise<void>)[] = []
  private running = false

  /** `pause` runs after each piece; what it throws, or a piece throws, goes to `broken`. */
  constructor(
    private readonly pause: () => Promise<void>,
    private readonly broken: (error: unknown) => void,
  ) {}

  /** Nothing waits for its turn. */
  get idle(): boolean {
    return this.waiting.length === 0
  }

  /** `work` must not throw but what should stop the queue for good. */
  add(work: () => Promise<void>): void {
    this.waiting.push(work)
    if (!this.running) void this.run()
  }

  private async run(): Promise<void> {
    this.running = true
    try {
      for (let work = this.waiting.shift(); work; work = this.waiting.shift()) {
        await work()
        await this.pause()
      }
    } catch (error) {
      this.waiting.length = 0
      this.broken(error)
    } finally {
      this.running = false
    }
  }
}
