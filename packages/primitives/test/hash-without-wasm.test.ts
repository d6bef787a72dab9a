import { beforeAll, describe, expect, test } from '@jest/globals'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import type * as Block from '../src/block.js'
import { concatBytes } from '../src/codec/bytes.js'
import { toDisplayHex } from '../src/codec/hex.js'
import type * as Engine from '../src/hash/engine.js'
import type * as Hash from '../src/hash/hash.js'
import type * as Merkle from '../src/merkle.js'
import type * as Transaction from '../src/transaction.js'
import { idSuite } from './support/id-suite.js'
import { plainMerkleTree, plainTwice } from './support/plain-sha256.js'
import { seededBytes } from './support/random.js'

/** As on a platform that has no WebAssembly: nothing was loaded before, and each test file has globals of its own. */
let engine: typeof Engine
let hash: typeof Hash
let merkle: typeof Merkle
let codecs: typeof Block & typeof Transaction
beforeAll(async () => {
  Reflect.deleteProperty(globalThis, 'WebAssembly')
  engine = await import('../src/hash/engine.js')
  hash = await import('../src/hash/hash.js')
  merkle = await import('../src/merkle.js')
  codecs = { ...(await import('../src/block.js')), ...(await import('../src/transaction.js')) }
})

const bytes = seededBytes(2)

test('noble stands in', () => {
  expect(engine.sha256Engine().name).toBe('noble')
})

test('and gives the same hashes', () => {
  for (const length of [0, 1, 55, 56, 64, 80, 300, 70_000]) {
    const message = bytes(length)
    expect(hash.sha256(message)).toEqual(nobleSha256(message))
    expect(hash.hash160(message)).toEqual(ripemd160(nobleSha256(message)))
    expect(hash.hash256(message)).toEqual(plainTwice(message))
    expect(hash.hash256Parts(message.subarray(0, 7), message.subarray(7))).toEqual(plainTwice(message))
    const tag = nobleSha256(new TextEncoder().encode('Tag'))
    expect(hash.taggedHasher('Tag')(message)).toEqual(nobleSha256(concatBytes(tag, tag, message)))
  }
})

test('and the same trees', () => {
  for (let count = 1; count < 20; count++) {
    const leaves = Array.from({ length: count }, () => bytes(32))
    const expected = plainMerkleTree(leaves)
    expect(merkle.merkleTree(leaves)).toEqual(expected)
    expect(merkle.merkleRoot(leaves.map(toDisplayHex)).root).toBe(toDisplayHex(expected.root))
  }
})

describe('and the same ids', () => {
  idSuite(() => codecs)
})
