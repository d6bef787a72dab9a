import type { FeeRate, MempoolPolicy } from './limits.js'

const HALF_LIFE_SEC = 12 * 3600
/** No need to compute the decay more often. */
const STEP_SEC = 10

/**
 * The entrance fee of a full pool: above what was evicted last, halved every twelve hours (sooner while the pool is
 * half or three quarters empty) once a block has come, and gone when it falls below half of the increment.
 */
export class RollingFee {
  private rate = 0
  private updatedSec = 0
  private blockSince = false

  constructor(private readonly policy: Pick<MempoolPolicy, 'incrementalFeeRate'>) {}

  /** A package with this fee rate had to go. */
  onEvicted(rate: FeeRate): void {
    const next = Number(rate + this.policy.incrementalFeeRate)
    if (next <= this.rate) return
    this.rate = next
    this.blockSince = false
  }

  onBlock(nowSec: number): void {
    this.blockSince = true
    this.updatedSec = nowSec
  }

  /** What a transaction must pay now; `usage` is the share of the limit that is full, from 0 to 1. */
  current(nowSec: number, usage: number): FeeRate {
    if (this.rate === 0) return 0n
    const increment = Number(this.policy.incrementalFeeRate)
    if (this.blockSince && nowSec > this.updatedSec + STEP_SEC) {
      const halfLife = usage < 0.25 ? HALF_LIFE_SEC / 4 : usage < 0.5 ? HALF_LIFE_SEC / 2 : HALF_LIFE_SEC
      this.rate /= 2 ** ((nowSec - this.updatedSec) / halfLife)
      this.updatedSec = nowSec
      if (this.rate < increment / 2) this.rate = 0
    }
    return this.rate === 0 ? 0n : BigInt(Math.max(Math.round(this.rate), increment))
  }
}
