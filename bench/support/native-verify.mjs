// The reference of every bench that checks signatures: ECDSA verifications a second, native, on one thread.

import { parseDerLax, toHex } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { createSpendContext, signatureHashV0 } from '@raistone/script'
import { spend, testKey } from '@raistone/testkit'

const SIGNATURES = 500
const SECONDS = 1.5
const SIGHASH_ALL = 1

/** Signed P2WPKH inputs, each of a key of its own, as (signature, digest, public key). */
function signedInputs() {
  return Array.from({ length: SIGNATURES }, (_, n) => {
    const key = testKey(n)
    const output = { value: 10_000n, script: key.scripts.p2wpkh }
    const tx = spend([{ outpoint: { txid: toHex(key.outputKey), vout: n }, output, key }], [output])
    const digest = signatureHashV0(createSpendContext(tx, [output]), 0, key.scripts.p2pkh, SIGHASH_ALL)
    return [parseDerLax(tx.inputs[0].witness[0].slice(0, -1)), digest, key.publicKey]
  })
}

/** A function that measures the reference for about a second and a half; each call measures anew. */
export async function createReference() {
  const curve = await loadNativeCurve()
  if (!curve) throw new Error('the native curve is not installed on this machine: there is nothing to compare with')
  const inputs = signedInputs()
  return () => {
    const startMs = performance.now()
    let verified = 0
    while (performance.now() - startMs < SECONDS * 1000) {
      for (const [signature, digest, publicKey] of inputs)
        if (!curve.verifyEcdsa(signature, digest, publicKey)) throw new Error('a good signature was refused')
      verified += inputs.length
    }
    return (verified * 1000) / (performance.now() - startMs)
  }
}
