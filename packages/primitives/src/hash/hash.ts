import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js'
import { concatBytes } from '../codec/bytes.js'
import { sha256Engine } from './engine.js'

export const sha256 = (bytes: Uint8Array): Uint8Array => sha256Engine().hash([bytes])

/** Double SHA-256: ids of transactions and blocks, legacy and v0 signature hashes. */
export const hash256 = (bytes: Uint8Array): Uint8Array => sha256Engine().hashTwice([bytes])

/** Double SHA-256 of the parts as if they were one, without joining them. */
export const hash256Parts = (...parts: readonly Uint8Array[]): Uint8Array => sha256Engine().hashTwice(parts)

export const ripemd160 = (bytes: Uint8Array): Uint8Array => nobleRipemd160(bytes)

/** RIPEMD-160 of SHA-256: public key and script hashes. */
export const hash160 = (bytes: Uint8Array): Uint8Array => sha256Engine().hash160(bytes)

/** A tagged hash (BIP-0340) with the tag's two hashes, which fill a block, already absorbed: make one per tag and reuse it. */
export function taggedHasher(tag: string): (...parts: readonly Uint8Array[]) => Uint8Array {
  let hash: ((parts: readonly Uint8Array[]) => Uint8Array) | undefined
  const absorbed = (): ((parts: readonly Uint8Array[]) => Uint8Array) => {
    const tagHash = sha256(new TextEncoder().encode(tag))
    return sha256Engine().hashAfter(concatBytes(tagHash, tagHash))
  }
  return (...parts) => (hash ??= absorbed())(parts)
}
