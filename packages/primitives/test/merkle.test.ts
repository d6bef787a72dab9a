import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes } from '../src/codec/bytes.js'
import { toDisplayHex } from '../src/codec/hex.js'
import { hash256 } from '../src/hash/hash.js'
import { commitmentIndex, commitmentScript, committedHash, merkleRoot, merkleTree } from '../src/merkle.js'

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
