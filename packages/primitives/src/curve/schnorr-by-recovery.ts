import { taggedHasher } from '../hash/hash.js'
import { FIELD_ORDER, GROUP_ORDER, numberBytes, readNumber, writeNumber } from './field.js'
import { hasXAndParity } from './keys.js'
import { nobleCurve } from './noble.js'

/** ECDSA public key recovery: the compressed key, or undefined where there is none. Must not throw. */
export type Recover = (signature: Uint8Array, recoveryId: 0 | 2, digest: Uint8Array) => Uint8Array | undefined

const challengeHash = taggedHasher('BIP0340/challenge')

/**
 * BIP-0340 verification by one ECDSA recovery, for libraries that have that but no Schnorr. Recovery computes
 * r⁻¹(s′·R − z·G) with R of x-coordinate r and even y. With r = P.x, s′ = −e·P.x and z = −s·P.x (all mod n) that is
 * s·G − e·P, the point whose x must be the signature's first half and whose y must be even.
 *
 * r is a scalar there, so a key with x in [n, p) is passed as x − n with recovery id 2, which adds n again. Where
 * r or s′ would be zero (e = 0, P.x = n) the call cannot be made, and the built-in curve answers instead.
 */
export function verifySchnorrByRecovery(
  recover: Recover,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || message.length !== 32 || publicKey.length !== 32) return false
  const rx = signature.subarray(0, 32)
  const s = readNumber(signature, 32)
  const px = readNumber(publicKey)
  if (s >= GROUP_ORDER || px >= FIELD_ORDER || readNumber(rx) >= FIELD_ORDER) return false
  const e = readNumber(challengeHash(rx, publicKey, message)) % GROUP_ORDER
  const scalar = px % GROUP_ORDER
  if (e === 0n || scalar === 0n) return nobleCurve.verifySchnorr(signature, message, publicKey)
  const asked = new Uint8Array(64)
  writeNumber(asked, 0, scalar)
  writeNumber(asked, 32, GROUP_ORDER - ((e * scalar) % GROUP_ORDER))
  const z = (s * scalar) % GROUP_ORDER
  const point = recover(asked, px >= GROUP_ORDER ? 2 : 0, numberBytes(z === 0n ? 0n : GROUP_ORDER - z))
  return point !== undefined && hasXAndParity(point, rx, 0)
}
