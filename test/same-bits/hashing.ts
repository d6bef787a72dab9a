import {
  hash160,
  hash256,
  hash256Parts,
  merkleRoot,
  merkleTree,
  ripemd160,
  sha256,
  taggedHasher,
  toHex,
} from '@raistone/primitives'
import type { Draw } from '../equal-tiers/draw.js'
import type { Section } from './section.js'

const tagged = ['TapLeaf', 'TapSighash', 'BIP0340/challenge', ''].map(taggedHasher)

/** Bytes that begin anywhere in their buffer, as a view of a block's bytes does. */
const drawView = (draw: Draw, length: number): Uint8Array => {
  const start = draw.below(9)
  return draw.bytes(start + length).subarray(start)
}

function hashLine(draw: Draw, number: number): string {
  const bytes = drawView(draw, number < 300 ? number : draw.below(1_000))
  const cut = draw.below(bytes.length + 1)
  const parts = [bytes.subarray(0, cut), bytes.subarray(cut)] as const
  const hashes = [sha256(bytes), hash256(bytes), hash256Parts(...parts), ripemd160(bytes), hash160(bytes)]
  const digests = [...hashes, ...tagged.map(hash => hash(...parts))]
  return `${bytes.length} bytes: ${digests.map(toHex).join(' ')}`
}

/** Up to 300 leaves, rarely thousands; now and then with a tail that comes twice (CVE-2012-2459). */
function drawLeaves(draw: Draw, number: number): Uint8Array[] {
  const count = number < 70 ? number : draw.below(draw.onceIn(100) ? 4_000 : 300)
  const bytes = draw.bytes(32 * count)
  const leaves = Array.from({ length: count }, (_, i) => bytes.subarray(32 * i, 32 * (i + 1)))
  return count > 0 && draw.onceIn(3) ? [...leaves, ...leaves.slice(-1 - draw.below(count))] : leaves
}

function merkleLine(draw: Draw, number: number): string {
  const leaves = drawLeaves(draw, number)
  const { root, mutated } = merkleTree(leaves)
  const byIds = merkleRoot(leaves.map(toHex))
  return `${leaves.length} leaves: ${toHex(root)} ${mutated}, as ids ${byIds.root} ${byIds.mutated}`
}

/** Hash functions of every short length, and trees of hashes. */
export const hashSections: readonly Section[] = [
  { name: 'hash functions', cases: 1_500, line: hashLine },
  { name: 'Merkle roots', cases: 300, line: merkleLine },
]
