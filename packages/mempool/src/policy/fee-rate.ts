import type { Sats } from '@raistone/primitives'
import type { FeeRate } from './limits.js'

/** What so many virtual bytes cost at the rate, rounded up. */
export const feeFor = (rate: FeeRate, vsize: number): Sats => (rate * BigInt(vsize) + 999n) / 1000n

/** The rate that a fee amounts to, rounded down. */
export const feeRateOf = (fee: Sats, vsize: number): FeeRate => (vsize > 0 ? (fee * 1000n) / BigInt(vsize) : 0n)

/** Virtual bytes that a signature operation counts for at least, so that few bytes cannot buy a block's sigops. */
const BYTES_PER_SIGOP = 20

/** Virtual size as policy counts it: by weight or by signature operations, whichever is more. */
export const policySize = (weight: number, sigopCost: number): number =>
  Math.ceil(Math.max(weight, sigopCost * BYTES_PER_SIGOP) / 4)

/** Negative, zero or positive as the first fee rate is below, equal to or above the second; exact. */
export function compareFeeRates(feeA: Sats, sizeA: number, feeB: Sats, sizeB: number): number {
  const left = feeA * BigInt(sizeB)
  const right = feeB * BigInt(sizeA)
  return left < right ? -1 : left > right ? 1 : 0
}
