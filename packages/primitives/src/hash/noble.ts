import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { idAt, putId } from '../codec/hex.js'
import type { Sha256 } from './sha256.js'

const DIGEST = 32

const update = (hasher: ReturnType<typeof sha256.create>, parts: readonly Uint8Array[]): Uint8Array => {
  for (const part of parts) hasher.update(part)
  return hasher.digest()
}

const hash = (parts: readonly Uint8Array[]): Uint8Array => update(sha256.create(), parts)
const hashTwice = (parts: readonly Uint8Array[]): Uint8Array => sha256(hash(parts))

function hashAfter(block: Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array {
  const prefix = sha256.create().update(block)
  return parts => update(prefix.clone(), parts)
}

/** Numbers that say where a message lies: see `idsOf`. */
export const MESSAGE = 6

/** The parts of the message that `ranges` describe from `at` on. */
export const partsAt = (bytes: Uint8Array, ranges: Int32Array, at: number): Uint8Array[] =>
  [at, at + 2, at + 4].map(i => bytes.subarray(ranges[i], ranges[i + 1]))

function idsOf(bytes: Uint8Array, ranges: Int32Array): string[] {
  const ids: string[] = []
  for (let at = 0; at < ranges.length; at += MESSAGE) ids.push(idAt(hashTwice(partsAt(bytes, ranges, at)), 0))
  return ids
}

/** Digit by digit, so that the error can name the one that is none. */
export function readIds(ids: readonly string[], to: Uint8Array): void {
  for (const [i, id] of ids.entries()) putId(id, to, DIGEST * i)
}

const NONCE_OFFSET = 12

/** SHA-256 in JavaScript: for platforms without WebAssembly, and the measure of the other one. */
export const nobleSha256: Sha256 = {
  name: 'noble',
  hash,
  hashTwice,
  hash160: bytes => ripemd160(sha256(bytes)),
  hashAfter,
  idsOf,
  hashPairs(nodes, pairs) {
    for (let i = 0; i < pairs; i++) nodes.set(sha256(sha256(nodes.subarray(64 * i, 64 * i + 64))), DIGEST * i)
  },
  readIds,
  findNonce(header, top, from, count) {
    const hashTail = hashAfter(header.subarray(0, 64))
    const tail = header.slice(64, 80)
    const view = new DataView(tail.buffer)
    for (let nonce = from; nonce < from + count; nonce++) {
      view.setUint32(NONCE_OFFSET, nonce, true)
      const digest = sha256(hashTail([tail]))
      if (new DataView(digest.buffer, digest.byteOffset).getUint32(28, true) <= top) return nonce
    }
    return -1
  },
}
