/** The rounds of a loop that sleeps in between: who has something for it wakes it, others wait until it has been round. */
export class Rounds {
  private woken = false
  private wake: () => void = () => undefined
  private waiting: (() => void)[] = []

  /** Does rounds until `over` says that it is enough; without being woken since one began there is no other. */
  async run(round: () => Promise<void>, over: () => boolean): Promise<void> {
    while (!over()) {
      this.woken = false
      await round()
      this.tell()
      if (!this.woken) await new Promise<void>(resolve => (this.wake = resolve))
    }
  }

  nudge(): void {
    this.woken = true
    this.wake()
  }

  /** Resolves when the round that goes on, or else the next one, is done; or when there are no more. */
  next(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve))
  }

  /** Whoever waits goes on. */
  tell(): void {
    for (const go of this.waiting.splice(0)) go()
  }
}
