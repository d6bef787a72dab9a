import { fromHex, toDisplayHex } from '@raistone/primitives'

const BITS = 3072n
/** 2^3072 - 1103717 is prime. */
const EXCESS = 1_103_717n
export const MODULUS = (1n << BITS) - EXCESS
const LOW_BITS = (1n << BITS) - 1n
export const NUMBER_BYTES = 384

export const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toDisplayHex(bytes)}`)
export const toLittleEndian = (n: bigint): Uint8Array =>
  fromHex(n.toString(16).padStart(NUMBER_BYTES * 2, '0')).reverse()

/** Folds the part above 2^3072 back in: cheaper than a division. */
function reduce(n: bigint): bigint {
  let rest = n
  while (rest >> BITS) rest = (rest & LOW_BITS) + (rest >> BITS) * EXCESS
  return rest >= MODULUS ? rest - MODULUS : rest
}

/** The product modulo the prime; the factors may be above it. */
export const multiply = (a: bigint, b: bigint): bigint => reduce(a * b)

/** Inverse by the extended Euclidean algorithm; `n` is neither zero nor above the prime. */
export function invert(n: bigint): bigint {
  let [r, nextR, t, nextT] = [MODULUS, n, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR] = [nextR, r - quotient * nextR]
    ;[t, nextT] = [nextT, t - quotient * nextT]
  }
  return t < 0n ? t + MODULUS : t
}
