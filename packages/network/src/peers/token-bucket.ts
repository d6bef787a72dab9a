/** A rate: so many at once, and so many more each second. */
export interface Rate {
  readonly burst: number
  readonly perSec: number
}

/** Counts against a rate. */
export class TokenBucket {
  private tokens: number
  private atMs: number

  constructor(
    private readonly rate: Rate,
    nowMs: number,
  ) {
    this.tokens = rate.burst
    this.atMs = nowMs
  }

  /** Takes one; returns how many milliseconds to wait before it is due, 0 for none. */
  take(nowMs: number): number {
    const earned = ((nowMs - this.atMs) / 1000) * this.rate.perSec
    this.tokens = Math.min(this.rate.burst, this.tokens + earned) - 1
    this.atMs = nowMs
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.rate.perSec) * 1000)
  }

  /** Takes one only if it is there. */
  tryTake(nowMs: number): boolean {
    if (this.take(nowMs) === 0) return true
    this.tokens++
    return false
  }
}
