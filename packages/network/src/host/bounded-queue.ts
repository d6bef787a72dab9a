import type { GossipVerdict } from './host.js'

/** Judges few messages at once and keeps few waiting. gossipsub itself bounds neither. */
export class BoundedQueue {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly concurrency: number,
    private readonly most: number,
  ) {}

  /** The verdict of `judge`, or `ignore` when too many wait already or it throws. */
  async run(judge: () => Promise<GossipVerdict>): Promise<GossipVerdict> {
    if (this.running >= this.concurrency) {
      if (this.waiting.length >= this.most) return 'ignore'
      await new Promise<void>(resolve => this.waiting.push(resolve))
    } else {
      this.running++
    }
    try {
      return await judge()
    } catch {
      return 'ignore'
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}
