/** Lets everybody pass until it is held. */
export class Latch {
  private closed: Promise<void> | undefined
  private open: (() => void) | undefined
  private arrived: (() => void) | undefined

  /** From now on everybody waits. Resolves when somebody does. */
  hold(): Promise<void> {
    this.closed = new Promise(resolve => {
      this.open = resolve
    })
    return new Promise(resolve => {
      this.arrived = resolve
    })
  }

  release(): void {
    this.closed = undefined
    this.open?.()
  }

  /** Resolves at once, or when it is released. */
  async pass(): Promise<void> {
    this.arrived?.()
    await this.closed
  }
}
