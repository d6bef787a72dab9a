import type { Curve } from './curve.js'
import { compressedFromXOnly, hasXAndParity, keyForm } from './keys.js'
import { verifySchnorrBy } from './schnorr.js'
import { schnorrPointByRecovery } from './schnorr-by-recovery.js'

/** What is used of the npm package `secp256k1`; every call throws where it cannot answer. */
interface Bindings {
  signatureNormalize(signature: Uint8Array): Uint8Array
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
  ecdsaRecover(signature: Uint8Array, recoveryId: number, digest: Uint8Array): Uint8Array
  publicKeyTweakAdd(publicKey: Uint8Array, tweak: Uint8Array): Uint8Array
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch {
    return undefined
  }
}

/** Whether the first byte of s says that it is in the lower half, as it does for nearly all signatures that are. */
const isSurelyLow = (signature: Uint8Array): boolean => (signature[32] as number) < 0x7f

function nativeCurve(bindings: Bindings): Curve {
  const point = schnorrPointByRecovery((signature, recoveryId, digest) =>
    attempt(() => bindings.ecdsaRecover(signature, recoveryId, digest)),
  )
  return {
    name: 'native',
    verifyEcdsa(signature, digest, publicKey) {
      if (!keyForm(publicKey) || signature.length !== 64 || digest.length !== 32) return false
      // The C library verifies low s only, so s is brought there first: for the signature's validity both are the same.
      const verified = attempt(() => {
        const low = isSurelyLow(signature) ? signature : bindings.signatureNormalize(new Uint8Array(signature))
        return bindings.ecdsaVerify(low, digest, publicKey)
      })
      return verified === true
    },
    verifySchnorr: (signature, message, publicKey) => verifySchnorrBy(point, signature, message, publicKey),
    checkTapTweak(internalKey, tweak, outputKey, parity) {
      if (internalKey.length !== 32 || tweak.length !== 32 || outputKey.length !== 32) return false
      const sum = attempt(() => bindings.publicKeyTweakAdd(compressedFromXOnly(internalKey), tweak))
      return sum !== undefined && hasXAndParity(sum, outputKey, parity)
    },
  }
}

/**
 * The fastest tier: libsecp256k1 in C. Undefined where there is no binary for this machine. Only the package's
 * bindings are asked for: its main entry would fall back to a slow JavaScript library without saying so.
 */
export async function loadNativeCurve(): Promise<Curve | undefined> {
  try {
    // @ts-expect-error the package has no types
    const loaded = (await import('secp256k1/bindings.js')) as { default: Bindings }
    return nativeCurve(loaded.default)
  } catch {
    return undefined
  }
}
