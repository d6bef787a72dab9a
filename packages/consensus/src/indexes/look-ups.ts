/** Lets questions be asked of something that may have to be begun anew, which those under way would be in the way of. */
export class LookUps {
  private readonly open = new Set<Promise<unknown>>()
  private shut = false

  /** The answer; undefined while it is shut. */
  async run<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.shut) return undefined
    const asking = ask()
    this.open.add(asking)
    try {
      return await asking
    } finally {
      this.open.delete(asking)
    }
  }

  /** Does the work while nobody asks. */
  async without(work: () => Promise<void>): Promise<void> {
    this.shut = true
    await Promise.allSettled(this.open)
    await work()
    this.shut = false
  }
}
