import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

export const sha256 = (bytes: Uint8Array): Uint8Array => nobleSha256(bytes)

/** Double SHA-256: ids of transactions and blocks, legacy and v0 signature hashes. */
export const hash256 = (bytes: Uint8Array): Uint8Array => nobleSha256(nobleSha256(bytes))

/** Double SHA-256 of the parts as if they were one, without joining them. */
export function hash256Parts(...parts: readonly Uint8Array[]): Uint8Array {
  const first = nobleSha256.create()
  for (const part of parts) first.update(part)
  return nobleSha256(first.digest())
}

export const ripemd160 = (bytes: Uint8Array): Uint8Array => nobleRipemd160(bytes)

/** RIPEMD-160 of SHA-256: public key and script hashes. */
export const hash160 = (bytes: Uint8Array): Uint8Array => nobleRipemd160(nobleSha256(bytes))

/** A tagged hash (BIP-0340) with the tag's two blocks already absorbed: make one per tag and reuse it. */
export function taggedHasher(tag: string): (...parts: readonly Uint8Array[]) => Uint8Array {
  const tagHash = nobleSha256(new TextEncoder().encode(tag))
  const prefix = nobleSha256.create().update(tagHash).update(tagHash)
  return (...parts) => {
    const hasher = prefix.clone()
    for (const part of parts) hasher.update(part)
    return hasher.digest()
  }
}
