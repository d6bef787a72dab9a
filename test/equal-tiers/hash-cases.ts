import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import {
  concatBytes,
  hash160,
  hash256,
  hash256Parts,
  merkleTree,
  ripemd160,
  sha256,
  taggedHasher,
  toHex,
} from '@raistone/primitives'
import type { Family, Kind } from './cases.js'
import type { Draw } from './draw.js'

/** What is hashed, in parts; each function takes them as it does. */
export interface HashInput {
  readonly name: string
  readonly parts: readonly Uint8Array[]
}

type Hash = (parts: readonly Uint8Array[]) => string

/** One function as the node has it, and the same by the plain library. */
interface Pair {
  readonly ours: Hash
  readonly noble: Hash
}

const twice = (bytes: Uint8Array): Uint8Array => nobleSha256(nobleSha256(bytes))

const tag = 'Raistone/proof'
const ourTagged = taggedHasher(tag)
const tagHash = nobleSha256(new TextEncoder().encode(tag))

const of =
  (hash: (bytes: Uint8Array) => Uint8Array): Hash =>
  parts =>
    toHex(hash(concatBytes(...parts)))

/** The tree of a block, written plainly: an odd level's last node is its own neighbour. */
function plainTree(leaves: readonly Uint8Array[]): string {
  let level = leaves
  let mutated = false
  while (level.length > 1) {
    const { length } = level
    mutated ||= level.some((left, i) => i % 2 === 0 && i + 1 < length && toHex(left) === toHex(level[i + 1]!))
    level = level.flatMap((left, i) => (i % 2 === 0 ? [twice(concatBytes(left, level[i + 1] ?? left))] : []))
  }
  return `${toHex(level[0] ?? new Uint8Array(32))} ${mutated}`
}

function ourTree(leaves: readonly Uint8Array[]): string {
  const { root, mutated } = merkleTree(leaves)
  return `${toHex(root)} ${mutated}`
}

const functions: Readonly<Record<string, Pair>> = {
  sha256: { ours: of(sha256), noble: of(nobleSha256) },
  hash256: { ours: of(hash256), noble: of(twice) },
  hash256Parts: { ours: parts => toHex(hash256Parts(...parts)), noble: of(twice) },
  hash160: { ours: of(hash160), noble: of(bytes => nobleRipemd160(nobleSha256(bytes))) },
  ripemd160: { ours: of(ripemd160), noble: of(nobleRipemd160) },
  'tagged hash': {
    ours: parts => toHex(ourTagged(...parts)),
    noble: of(bytes => nobleSha256(concatBytes(tagHash, tagHash, bytes))),
  },
  'Merkle tree': { ours: ourTree, noble: plainTree },
}

/** Lengths around where SHA-256 begins another block, and any others. */
const drawLength = (draw: Draw): number =>
  draw.pick([0, 1, 32, 33, 36, 55, 56, 63, 64, 65, 80, 119, 120, 127, 128, draw.below(400), draw.below(5000)])

const drawParts = (draw: Draw): Uint8Array[] =>
  Array.from({ length: 1 + draw.below(4) }, () => draw.bytes(drawLength(draw)))

/** Up to 40 leaves, now and then with a tail that is repeated. */
function drawLeaves(draw: Draw): Uint8Array[] {
  const leaves = Array.from({ length: draw.below(41) }, () => draw.bytes(32))
  return draw.onceIn(3) ? [...leaves, ...leaves.slice(-draw.pick([1, 2, 4]))] : leaves
}

const kinds: readonly Kind<HashInput>[] = Object.keys(functions).map(name => ({
  name,
  share: 1,
  edge: true,
  make: draw => ({ input: { name, parts: name === 'Merkle tree' ? drawLeaves(draw) : drawParts(draw) } }),
}))

/** The node's hash functions beside the library they stand in for, which is asked every time. */
export const hashFamily: Family<HashInput> = {
  name: 'hashes',
  kinds,
  judges: [{ name: 'raistone', verdict: ({ name, parts }) => functions[name]!.ours(parts) }],
  oracle: { name: 'noble', verdict: ({ name, parts }) => functions[name]!.noble(parts) },
  show: ({ name, parts }) => ({ name, parts: parts.map(toHex).join(' ') }),
}
