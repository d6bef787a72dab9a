// Prints how many ECDSA signatures of 64 bytes the npm package secp256k1 verifies a second on one thread: the median of
// five measurements, in a process that has done nothing else.
import { sha256 } from '@noble/hashes/sha2.js'
import secp256k1 from 'secp256k1/bindings.js'

const SIGNATURES = 500
const MEASUREMENTS = 5
const SECONDS = 0.5

const bytesOf = name => sha256(new TextEncoder().encode(name))

/** Each signature is of a key of its own, with s in the lower half as wallets make it. */
const inputs = Array.from({ length: SIGNATURES }, (_, n) => {
  const key = bytesOf(`key ${n}`)
  const digest = bytesOf(`digest ${n}`)
  return [secp256k1.ecdsaSign(digest, key).signature, digest, secp256k1.publicKeyCreate(key, true)]
})

function rate() {
  const startMs = performance.now()
  for (let verified = 0; ; verified += inputs.length) {
    const passedMs = performance.now() - startMs
    if (passedMs >= SECONDS * 1000) return (verified * 1000) / passedMs
    for (const [signature, digest, publicKey] of inputs)
      if (!secp256k1.ecdsaVerify(signature, digest, publicKey)) throw new Error('a good signature was refused')
  }
}

rate()
const rates = Array.from({ length: MEASUREMENTS }, rate).toSorted((a, b) => a - b)
console.log(rates[MEASUREMENTS >> 1])
