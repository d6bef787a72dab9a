import { Point } from '@noble/secp256k1'
import { taggedHasher } from '../hash/hash.js'
import { GROUP_ORDER, numberBytes, readNumber } from './field.js'
import { compressedFromXOnly, hasXAndParity } from './keys.js'

/**
 * s·G − e·P in compressed form, with P the point of x-coordinate `px` and even y; undefined if there is no such P, as
 * for every x from the field order on, or the sum is infinity. `s` and `e` are below the group order. Must not throw.
 */
export type SchnorrPoint = (px: bigint, s: bigint, e: bigint) => Uint8Array | undefined

const challengeHash = taggedHasher('BIP0340/challenge')

/**
 * BIP-0340 verification around a tier's own arithmetic, which is one equation. `challenge` is the hash of the standard;
 * tests put numbers in its place that no hash is known to give.
 */
export function verifySchnorrBy(
  point: SchnorrPoint,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
  challenge = challengeHash,
): boolean {
  if (signature.length !== 64 || message.length !== 32 || publicKey.length !== 32) return false
  const rx = signature.subarray(0, 32)
  const s = readNumber(signature, 32)
  if (s >= GROUP_ORDER) return false
  const e = readNumber(challenge(rx, publicKey, message)) % GROUP_ORDER
  const sum = point(readNumber(publicKey), s, e)
  // An r of the field order or more needs no check of its own: it is no point's x.
  return sum !== undefined && hasXAndParity(sum, rx, 0)
}

/** The equation in plain point arithmetic, without any restriction: what the other ways are measured by. */
export const schnorrPoint: SchnorrPoint = (px, s, e) => {
  try {
    const key = Point.fromBytes(compressedFromXOnly(numberBytes(px)))
    const minusE = e === 0n ? 0n : GROUP_ORDER - e
    return Point.BASE.multiply(s, false).add(key.multiply(minusE, false)).toBytes(true)
  } catch {
    return undefined
  }
}
