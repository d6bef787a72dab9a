import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { toDisplayHex } from '../src/codec/hex.js'
import { hash256 } from '../src/hash/hash.js'
import { ZERO_HASH } from '../src/ids.js'
import {
  commitmentIndex,
  commitmentScript,
  committedHash,
  merkleRoot,
  merkleTree,
  witnessCommitment,
} from '../src/merkle.js'
import type { Transaction } from '../src/transaction.js'
import { plainMerkleTree } from './support/plain-sha256.js'

const leaf = (n: number): Uint8Array => hash256(Uint8Array.of(n & 255, n >> 8))
const leaves = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => leaf(i))
const pair = (a: Uint8Array, b: Uint8Array): Uint8Array => hash256(concatBytes(a, b))

describe('merkle tree', () => {
  test('small trees by hand', () => {
    const [a, b, c] = leaves(3) as [Uint8Array, Uint8Array, Uint8Array]
    expect(merkleTree([])).toEqual({ root: new Uint8Array(32), mutated: false })
    expect(merkleTree([a])).toEqual({ root: a, mutated: false })
    expect(merkleTree([a, b]).root).toEqual(pair(a, b))
    expect(merkleTree([a, b, c]).root).toEqual(pair(pair(a, b), pair(c, c)))
  })

  test('distinct leaves are never reported as mutated', () => {
    for (let count = 0; count < 40; count++) expect(merkleTree(leaves(count)).mutated).toBe(false)
  })

  test('CVE-2012-2459: every repeated tail with the same root is reported', () => {
    let found = 0
    for (let count = 1; count < 40; count++) {
      const honest = leaves(count)
      const { root } = merkleTree(honest)
      for (let tail = 1; tail <= count; tail++) {
        const repeated = merkleTree([...honest, ...honest.slice(-tail)])
        if (toDisplayHex(repeated.root) !== toDisplayHex(root)) continue
        found++
        expect([count, tail, repeated.mutated]).toEqual([count, tail, true])
      }
    }
    expect(found).toBeGreaterThan(20)
  })

  test('equal neighbours on any level are reported, equal leaves elsewhere are not', () => {
    const [a, b, c, d] = leaves(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    expect(merkleTree([a, a]).mutated).toBe(true)
    expect(merkleTree([a, b, a, b]).mutated).toBe(true)
    expect(merkleTree([a, b, c, c]).mutated).toBe(true)
    expect(merkleTree([a, b, b, c]).mutated).toBe(false)
    expect(merkleTree([a, b, c, d, a, b]).mutated).toBe(false)
  })

  test('trees of every size up to 70, and of some beyond a buffer, are what they are by hand', () => {
    for (const count of [...Array.from({ length: 70 }, (_, i) => i + 1), 1023, 1024, 1025, 2047, 2049, 3001]) {
      const list = leaves(count)
      const expected = plainMerkleTree(list)
      expect(merkleTree(list)).toEqual(expected)
      expect(merkleRoot(list.map(toDisplayHex))).toEqual({ ...expected, root: toDisplayHex(expected.root) })
    }
  })

  test('any lists, with repeated leaves here and there: the same root, and mutated when one by hand is', () => {
    const few = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 40 })
    const twice = few.map(list => [...list, ...list.slice(-2)])
    let mutated = 0
    fc.assert(
      fc.property(fc.oneof(few, twice), list => {
        const nodes = list.map(leaf)
        const expected = plainMerkleTree(nodes)
        if (expected.mutated) mutated++
        expect(merkleTree(nodes)).toEqual(expected)
        expect(merkleRoot(nodes.map(toDisplayHex))).toEqual({ ...expected, root: toDisplayHex(expected.root) })
      }),
      { numRuns: 300 },
    )
    expect(mutated).toBeGreaterThan(30)
  })

  test('neighbours that differ in one bit only, wherever it is, are no repetition', () => {
    const [a, b] = [leaf(1), leaf(2)]
    for (let i = 0; i < 32; i++) {
      const almost = a.slice()
      almost[i] = (almost[i] as number) ^ 1
      expect(merkleTree([a, almost]).mutated).toBe(false)
      expect(merkleTree([b, leaf(3), a, almost]).mutated).toBe(false)
    }
    expect(merkleTree([a, a.slice()]).mutated).toBe(true)
  })

  test('what no leaf has written is no neighbour: a last leaf of zeros is alone', () => {
    const zeros = new Uint8Array(32)
    for (const list of [[zeros], [leaf(1), leaf(2), zeros], [...leaves(4), zeros]])
      expect(merkleTree(list)).toEqual(plainMerkleTree(list))
  })

  test('leaves are left as they are, and may be views', () => {
    const all = new Uint8Array(3 + 32 * 5).map((_, i) => i)
    const list = [0, 1, 2, 3, 4].map(i => all.subarray(3 + 32 * i, 35 + 32 * i))
    const before = all.slice()
    expect(merkleTree(list)).toEqual(plainMerkleTree(list))
    const { root } = merkleTree(list.slice(0, 1))
    root.fill(0)
    expect(all).toEqual(before)
  })

  test('what is no id is an error that says so', () => {
    expect(() => merkleRoot(['00'.repeat(31)])).toThrow(DecodeError)
    expect(() => merkleRoot([ZERO_HASH, `${ZERO_HASH.slice(1)}x`])).toThrow('not a hex digit')
  })

  test('ids in display order give the root in display order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), count => {
        const list = leaves(count)
        expect(merkleRoot(list.map(toDisplayHex)).root).toBe(toDisplayHex(merkleTree(list).root))
      }),
    )
  })
})

test('the last output of the right shape commits to the witnesses', () => {
  const script = commitmentScript(leaf(1))
  const longer = concatBytes(commitmentScript(leaf(2)), Uint8Array.of(9))
  const outputs = [script, longer, script.subarray(0, 37)].map(bytes => ({ value: 0n, script: bytes }))
  expect(commitmentIndex({ outputs })).toBe(1)
  expect(committedHash({ outputs })).toEqual(leaf(2))
  expect(commitmentIndex({ outputs: [] })).toBe(-1)
  expect(committedHash({ outputs: [] })).toBeUndefined()
})

test('the witness commitment is over the wtxids, with zeros for the coinbase', () => {
  const reserved = leaf(9)
  for (let count = 1; count < 9; count++) {
    const list = leaves(count)
    const transactions = list.map(each => ({ wtxid: toDisplayHex(each) })) as unknown as Transaction[]
    const root = plainMerkleTree([new Uint8Array(32), ...list.slice(1)]).root
    expect(witnessCommitment(transactions, reserved)).toEqual(pair(root, reserved))
  }
})
