import type { Sats } from '@raistone/primitives'

/** Zeros that are left out at most. */
const MOST_ZEROS = 9n

/** A shorter number for amounts that end in zeros (Core: CompressAmount). */
export function compressAmount(amount: Sats): bigint {
  if (amount === 0n) return 0n
  let rest = amount
  let zeros = 0n
  while (rest % 10n === 0n && zeros < MOST_ZEROS) {
    rest /= 10n
    zeros++
  }
  if (zeros === MOST_ZEROS) return 1n + (rest - 1n) * 10n + MOST_ZEROS
  const digit = rest % 10n
  return 1n + ((rest / 10n) * 9n + digit - 1n) * 10n + zeros
}

/** The inverse of `compressAmount`; of numbers that stand for no amount, one above 2^63. */
export function decompressAmount(compressed: bigint): Sats {
  if (compressed === 0n) return 0n
  const zeros = (compressed - 1n) % 10n
  const rest = (compressed - 1n) / 10n
  if (zeros === MOST_ZEROS) return (rest + 1n) * 10n ** MOST_ZEROS
  const digit = (rest % 9n) + 1n
  return ((rest / 9n) * 10n + digit) * 10n ** zeros
}
