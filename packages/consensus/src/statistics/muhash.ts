import { chacha20orig } from '@noble/ciphers/chacha.js'
import { fromHex, sha256, toDisplayHex } from '@raistone/primitives'

const BITS = 3072n
/** 2^3072 - 1103717 is prime. */
const EXCESS = 1_103_717n
const MODULUS = (1n << BITS) - EXCESS
const LOW_BITS = (1n << BITS) - 1n
const NUMBER_BYTES = 384

const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toDisplayHex(bytes)}`)
const toLittleEndian = (n: bigint): Uint8Array => fromHex(n.toString(16).padStart(NUMBER_BYTES * 2, '0')).reverse()

/** Folds the part above 2^3072 back in: cheaper than a division. */
function reduce(n: bigint): bigint {
  let rest = n
  while (rest >> BITS) rest = (rest & LOW_BITS) + (rest >> BITS) * EXCESS
  return rest >= MODULUS ? rest - MODULUS : rest
}

const multiply = (a: bigint, b: bigint): bigint => reduce(a * b)

/** Inverse by the extended Euclidean algorithm; `n` is not zero. */
function invert(n: bigint): bigint {
  let [r, nextR, t, nextT] = [MODULUS, n, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR] = [nextR, r - quotient * nextR]
    ;[t, nextT] = [nextT, t - quotient * nextT]
  }
  return t < 0n ? t + MODULUS : t
}

const zeros = new Uint8Array(NUMBER_BYTES)
const nonce = new Uint8Array(8)

/** An element as a number: SHA-256 of its bytes is the key of a ChaCha20 stream. */
const numberOf = (element: Uint8Array): bigint => fromLittleEndian(chacha20orig(sha256(element), nonce, zeros))

/** MuHash3072: a hash of a set that does not depend on order, to which elements are added and from which they are taken. */
export class MuHash {
  private numerator = 1n
  private denominator = 1n

  add(element: Uint8Array): void {
    this.numerator = multiply(this.numerator, numberOf(element))
  }

  remove(element: Uint8Array): void {
    this.denominator = multiply(this.denominator, numberOf(element))
  }

  /** SHA-256 of the quotient, in internal order. */
  digest(): Uint8Array {
    return sha256(toLittleEndian(multiply(this.numerator, invert(this.denominator))))
  }
}
