/** Bits behind the point of a fixed-point exponent. */
const RADIX_BITS = 16n
const RADIX = 1n << RADIX_BITS

/**
 * target × 2^(exponent / 65536) in integers, as aserti3-2d computes it: a cubic that is within 0.013 % of the power of
 * two, then shifts. Rounds down; at least 1, at most the limit.
 */
export function scaleTarget(target: bigint, exponent: bigint, limit: bigint): bigint {
  const shifts = exponent >> RADIX_BITS
  const e = exponent - (shifts << RADIX_BITS)
  const factor = RADIX + ((195766423245049n * e + 971821376n * e ** 2n + 5127n * e ** 3n + (1n << 47n)) >> 48n)
  // Far beyond any target: no need to make numbers of thousands of digits.
  if (shifts > 512n) return limit
  if (shifts < -512n) return 1n
  const scaled = shifts < 0n ? (target * factor) >> -shifts : (target * factor) << shifts
  const next = scaled >> RADIX_BITS
  if (next < 1n) return 1n
  return next > limit ? limit : next
}

/** seconds / halfLife as a fixed-point exponent, rounded towards zero as the ASERT specification has it. */
export const exponentOf = (seconds: number, halfLifeSec: number): bigint =>
  (BigInt(seconds) * RADIX) / BigInt(halfLifeSec)
