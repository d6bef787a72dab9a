import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../../src/codec/bytes.js'

/** Double SHA-256, plainly. */
export const plainTwice = (bytes: Uint8Array): Uint8Array => sha256(sha256(bytes))

/** Root and mutation as Core's ComputeMerkleRoot gives them, plainly. */
export function plainMerkleTree(leaves: readonly Uint8Array[]): { root: Uint8Array; mutated: boolean } {
  let level = leaves
  let mutated = false
  while (level.length > 1) {
    const next: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array
      const right = level[i + 1]
      if (right?.every((byte, at) => byte === left[at])) mutated = true
      next.push(plainTwice(concatBytes(left, right ?? left)))
    }
    level = next
  }
  return { root: level[0] ?? new Uint8Array(32), mutated }
}
