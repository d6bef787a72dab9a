import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hashes, Point, schnorr, verify } from '@noble/secp256k1'
import type { Curve } from './curve.js'
import { GROUP_ORDER, readNumber } from './field.js'
import { compressedFromXOnly, hasXAndParity, withoutHybridForm } from './keys.js'

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

function tweaked(internalKey: Uint8Array, tweak: Uint8Array): Uint8Array | undefined {
  const scalar = readNumber(tweak)
  if (scalar >= GROUP_ORDER) return undefined
  const internal = Point.fromBytes(compressedFromXOnly(internalKey))
  const sum = scalar === 0n ? internal : internal.add(Point.BASE.multiply(scalar, false))
  return sum.is0() ? undefined : sum.toBytes(true)
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
    return attempt(() => schnorr.verify(signature, message, publicKey))
  },
  checkTapTweak(internalKey, tweak, outputKey, parity) {
    if (internalKey.length !== 32 || tweak.length !== 32 || outputKey.length !== 32) return false
    return attempt(() => {
      const sum = tweaked(internalKey, tweak)
      return sum !== undefined && hasXAndParity(sum, outputKey, parity)
    })
  },
}
