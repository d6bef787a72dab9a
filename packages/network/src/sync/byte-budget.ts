/** Counts bytes in flight and makes whoever adds more wait until there is room again. */
export class ByteBudget {
  private used = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly most: number) {}

  add(bytes: number): void {
    this.used += bytes
  }

  remove(bytes: number): void {
    this.used -= bytes
    if (this.used > this.most) return
    for (const go of this.waiting.splice(0)) go()
  }

  /** Resolves when no more than the limit is in flight. */
  async room(): Promise<void> {
    while (this.used > this.most) await new Promise<void>(resolve => this.waiting.push(resolve))
  }
}
