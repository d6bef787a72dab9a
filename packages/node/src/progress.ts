interface ProgressSnapshot {
  readonly height: number
  readonly transactions: number
  /** 0 to 1. */
  readonly share: number
}

const EVERY_MS = 1000
const BAR_WIDTH = 24

/** Shows a long job: a bar on a terminal, a line now and then elsewhere. Time is passed in by `report`. */
export class Progress {
  private readonly startedMs: number
  private shownMs: number
  private drawn = false

  constructor(
    private readonly what: string,
    private readonly write: (text: string) => void,
    private readonly terminal: boolean,
    nowMs: number,
  ) {
    this.startedMs = nowMs
    this.shownMs = nowMs
  }

  report(snapshot: ProgressSnapshot, nowMs: number): void {
    const interval = this.terminal ? EVERY_MS / 5 : EVERY_MS * 5
    if (nowMs - this.shownMs < interval) return
    this.shownMs = nowMs
    const line = this.line(snapshot, nowMs)
    this.write(this.terminal ? `\r${line}\u001b[K` : `${line}\n`)
    this.drawn = this.terminal
  }

  /** Leaves the bar's line. */
  end(): void {
    if (this.drawn) this.write('\n')
    this.drawn = false
  }

  private line({ height, transactions, share }: ProgressSnapshot, nowMs: number): string {
    const seconds = Math.max((nowMs - this.startedMs) / 1000, 0.001)
    const left = share > 0 ? Math.round((seconds / share) * (1 - share)) : 0
    const filled = Math.round(share * BAR_WIDTH)
    const bar = this.terminal ? ` [${'#'.repeat(filled).padEnd(BAR_WIDTH, '.')}]` : ''
    const rate = `${Math.round(transactions / seconds)} tx/s`
    return `${this.what}${bar} ${(share * 100).toFixed(0)} % height ${height}, ${transactions} transactions, ${rate}, ${left} s left`
  }
}
