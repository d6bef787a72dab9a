import type { Secp256k1 } from '@bitauth/libauth'
import type { Curve } from './curve.js'
import { compressedFromXOnly, hasXAndParity, keyForm } from './keys.js'
import { verifySchnorrBy } from './schnorr.js'
import { schnorrPointByRecovery } from './schnorr-by-recovery.js'

/** The library answers with a sentence where it cannot answer with bytes. */
const bytesOrNone = (answer: Uint8Array | string): Uint8Array | undefined =>
  typeof answer === 'string' ? undefined : answer

function wasmCurve(secp256k1: Secp256k1): Curve {
  const point = schnorrPointByRecovery((signature, recoveryId, digest) =>
    bytesOrNone(secp256k1.recoverPublicKeyCompressed(signature, recoveryId, digest)),
  )
  return {
    name: 'wasm',
    verifyEcdsa(signature, digest, publicKey) {
      if (!keyForm(publicKey) || signature.length !== 64 || digest.length !== 32) return false
      return secp256k1.verifySignatureCompact(signature, publicKey, digest)
    },
    verifySchnorr: (signature, message, publicKey) => verifySchnorrBy(point, signature, message, publicKey),
    checkTapTweak(internalKey, tweak, outputKey, parity) {
      if (internalKey.length !== 32 || tweak.length !== 32 || outputKey.length !== 32) return false
      const sum = bytesOrNone(secp256k1.addTweakPublicKeyCompressed(compressedFromXOnly(internalKey), tweak))
      return sum !== undefined && hasXAndParity(sum, outputKey, parity)
    },
  }
}

/** The portable fast tier: libsecp256k1 as WebAssembly, for browsers and machines without a native binary. */
export async function loadWasmCurve(): Promise<Curve> {
  // Only when it is wanted: the library compiles all its modules while it is being imported.
  const { instantiateSecp256k1 } = await import('@bitauth/libauth')
  return wasmCurve(await instantiateSecp256k1())
}
