import type { Curve } from '@raistone/primitives'
import type { SignatureTally } from './script-verifier.js'

/** The same curve, adding each executed ECDSA and Schnorr verification to the tally. */
export const countingCurve = (curve: Curve, tally: SignatureTally): Curve => ({
  name: curve.name,
  verifyEcdsa: (signature, digest, publicKey) => {
    tally.signatures++
    return curve.verifyEcdsa(signature, digest, publicKey)
  },
  verifySchnorr: (signature, message, publicKey) => {
    tally.signatures++
    return curve.verifySchnorr(signature, message, publicKey)
  },
  checkTapTweak: (internalKey, tweak, outputKey, parity) => curve.checkTapTweak(internalKey, tweak, outputKey, parity),
})
