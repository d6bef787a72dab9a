import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hashes, Point, schnorr, verify } from '@noble/secp256k1'
import type { Curve } from './curve.js'
import { readNumber } from './field.js'
import { compressedFromXOnly, hasXAndParity, withoutHybridForm } from './keys.js'
import { schnorrPoint, verifySchnorrBy } from './schnorr.js'

// The library brings no hashes of its own: without these it can neither verify Schnorr signatures nor sign.
hashes.sha256 = sha256
hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

/** s as a scalar is checked by the library; only what it does not parse at all is sorted out here. */
const ecdsaOptions = { prehash: false, lowS: false } as const

/** Answers false where the library throws, as it does on keys off the curve and numbers out of range. */
function attempt(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

/** The built-in tier: JavaScript only, on every platform; the slowest, and the reference for the other two. */
export const nobleCurve: Curve = {
  name: 'noble',
  verifyEcdsa(signature, digest, publicKey) {
    const key = withoutHybridForm(publicKey)
    if (!key || signature.length !== 64 || digest.length !== 32) return false
    return attempt(() => verify(signature, digest, key, ecdsaOptions))
  },
  verifySchnorr(signature, message, publicKey) {
    if (signature.length !== 64 || message.length !== 32 || publicKey.length !== 32) return false
    // The library refuses s = 0, which BIP-0340 allows: nobody knows how to make such a signature that holds.
    if (readNumber(signature, 32) === 0n) return verifySchnorrBy(schnorrPoint, signature, message, publicKey)
    return attempt(() => schnorr.verify(signature, message, publicKey))
  },
  checkTapTweak(internalKey, tweak, outputKey, parity) {
    if (internalKey.length !== 32 || tweak.length !== 32 || outputKey.length !== 32) return false
    // The library throws for a tweak of the group order or more, a key off the curve and a sum at infinity.
    return attempt(() => {
      const internal = Point.fromBytes(compressedFromXOnly(internalKey))
      const sum = internal.add(Point.BASE.multiply(readNumber(tweak), false))
      return hasXAndParity(sum.toBytes(true), outputKey, parity)
    })
  },
}
