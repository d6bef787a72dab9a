import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hashes, schnorr, sign } from '@noble/secp256k1'
import { concatBytes } from '@raistone/primitives'

const SIGHASH_DEFAULT = 0

/** A number as DER has it: no leading zeros but one where the sign bit would be set. */
function derInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex(byte => byte !== 0)
  const digits = bytes.subarray(first < 0 ? bytes.length - 1 : first)
  const padded = (digits[0] as number) >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits
  return concatBytes(Uint8Array.of(0x02, padded.length), padded)
}

/** r ‖ s as strict DER (BIP-0066). Kept apart from the code under test. */
function derSignature(compact: Uint8Array): Uint8Array {
  const body = concatBytes(derInteger(compact.subarray(0, 32)), derInteger(compact.subarray(32)))
  return concatBytes(Uint8Array.of(0x30, body.length), body)
}

function useHashes(): void {
  hashes.sha256 ??= sha256
  hashes.hmacSha256 ??= (key, message) => hmac(sha256, key, message)
}

/** An ECDSA signature as scripts have it: strict DER, low s, the hash type behind it. */
export function signEcdsa(digest: Uint8Array, privateKey: Uint8Array, hashType: number): Uint8Array {
  useHashes()
  return concatBytes(derSignature(sign(digest, privateKey, { prehash: false })), Uint8Array.of(hashType))
}

/** A BIP-0340 signature, the hash type behind it unless it is DEFAULT. */
export function signSchnorr(digest: Uint8Array, privateKey: Uint8Array, hashType: number): Uint8Array {
  useHashes()
  // BIP-0340 allows fixed auxiliary bytes; the same test then makes the same ids in every run.
  const signature = schnorr.sign(digest, privateKey, new Uint8Array(32))
  return hashType === SIGHASH_DEFAULT ? signature : concatBytes(signature, Uint8Array.of(hashType))
}
