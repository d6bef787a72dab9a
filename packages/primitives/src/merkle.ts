import { toDisplayHex } from './codec/hex.js'
import { sha256Engine } from './hash/engine.js'
import { hash256 } from './hash/hash.js'
import { type MerkleRoot, ZERO_HASH } from './ids.js'
import type { Transaction } from './transaction.js'

export interface MerkleResult {
  readonly root: MerkleRoot
  /**
   * CVE-2012-2459: an odd level repeats its last node, so a list with a repeated tail has the same root as the
   * list without it. True where two neighbours are equal before any padding: such a list must not be judged at
   * all, for the true block may have the same hash.
   */
  readonly mutated: boolean
}

const NODE = 32
const NODE_NUMBERS = NODE / 4

/** Whether two neighbours among the first `count` nodes are equal, each node being eight numbers. */
function hasEqualPair(numbers: Int32Array, count: number): boolean {
  for (let left = 0; left + NODE_NUMBERS < count * NODE_NUMBERS; left += 2 * NODE_NUMBERS) {
    let i = left
    while (i < left + NODE_NUMBERS && numbers[i] === numbers[i + NODE_NUMBERS]) i++
    if (i === left + NODE_NUMBERS) return true
  }
  return false
}

/** Root over nodes that lie one behind the other, with room for one more; they are written over. */
function reduce(nodes: Uint8Array<ArrayBuffer>, leaves: number): { root: Uint8Array; mutated: boolean } {
  const numbers = new Int32Array(nodes.buffer)
  let mutated = false
  let count = leaves
  while (count > 1) {
    mutated ||= hasEqualPair(numbers, count)
    if (count % 2 === 1) nodes.copyWithin(count * NODE, (count - 1) * NODE, count * NODE)
    count = Math.ceil(count / 2)
    sha256Engine().hashPairs(nodes, count)
  }
  return { root: nodes.slice(0, NODE), mutated }
}

/** Root of the tree over the leaves (32 bytes each, internal order); an empty list has the zero root, as in Core. */
export function merkleTree(leaves: readonly Uint8Array[]): { root: Uint8Array; mutated: boolean } {
  const nodes = new Uint8Array(NODE * (leaves.length + 1))
  for (const [i, leaf] of leaves.entries()) nodes.set(leaf, NODE * i)
  return reduce(nodes, leaves.length)
}

function treeOfIds(ids: readonly string[]): { root: Uint8Array; mutated: boolean } {
  const nodes = new Uint8Array(NODE * (ids.length + 1))
  sha256Engine().readIds(ids, nodes)
  return reduce(nodes, ids.length)
}

/** Root over ids in display order, as a header's `merkleRoot` has it. */
export function merkleRoot(ids: readonly string[]): MerkleResult {
  const { root, mutated } = treeOfIds(ids)
  return { root: toDisplayHex(root) as MerkleRoot, mutated }
}

/** BIP-0141 commitment header: OP_RETURN, push of 36, aa21a9ed. */
const commitmentHeader = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed)

/** Index of the output that commits to the witnesses: the last of the right shape; -1 without one. */
export function commitmentIndex(coinbase: Pick<Transaction, 'outputs'>): number {
  return coinbase.outputs.findLastIndex(
    ({ script }) => script.length >= 38 && commitmentHeader.every((byte, i) => script[i] === byte),
  )
}

/** The 32 bytes that a coinbase commits to, internal order; undefined without a commitment. */
export const committedHash = (coinbase: Pick<Transaction, 'outputs'>): Uint8Array | undefined =>
  coinbase.outputs[commitmentIndex(coinbase)]?.script.subarray(6, 38)

/** BIP-0141: hash of the witness root (the coinbase's wtxid counts as zero) and the coinbase's 32-byte reserved value. */
export function witnessCommitment(transactions: readonly Transaction[], reserved: Uint8Array): Uint8Array {
  const { root } = treeOfIds(transactions.map((tx, i) => (i === 0 ? ZERO_HASH : tx.wtxid)))
  const pair = new Uint8Array(64)
  pair.set(root)
  pair.set(reserved, 32)
  return hash256(pair)
}

/** The script of the output that carries a commitment. */
export function commitmentScript(commitment: Uint8Array): Uint8Array {
  const script = new Uint8Array(38)
  script.set(commitmentHeader)
  script.set(commitment, 6)
  return script
}
