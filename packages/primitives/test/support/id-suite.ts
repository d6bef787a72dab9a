import { expect, test } from '@jest/globals'
import type * as Block from '../../src/block.js'
import { concatBytes } from '../../src/codec/bytes.js'
import { toDisplayHex } from '../../src/codec/hex.js'
import { type BlockHash, type MerkleRoot, type Txid, ZERO_HASH } from '../../src/ids.js'
import type * as Transaction from '../../src/transaction.js'
import { plainTwice } from './plain-sha256.js'
import { seededBytes } from './random.js'

type Modules = typeof Block & typeof Transaction

const header = {
  version: 1,
  prev: ZERO_HASH as BlockHash,
  merkleRoot: ZERO_HASH as MerkleRoot,
  time: 1,
  bits: 1,
  nonce: 1,
}
const plainId = (bytes: Uint8Array): string => toDisplayHex(plainTwice(bytes))

/** Ids of transactions in blocks, against plain hashes; for the modules as a test file has loaded them. */
export function idSuite(modules: () => Modules): void {
  const bytes = seededBytes(3)

  const bodyOf = (inputs: number, scriptSize: number, witnessSize: number): Transaction.TransactionBody => ({
    version: 2,
    inputs: Array.from({ length: inputs }, (_, i) => ({
      prevout: { txid: toDisplayHex(bytes(32)) as Txid, vout: i },
      scriptSig: bytes(i === 0 ? scriptSize : 0),
      sequence: 0xffffffff,
      witness: witnessSize > 0 ? [bytes(witnessSize), bytes(3)] : [],
    })),
    outputs: [{ value: 1n, script: bytes(22) }],
    lockTime: 7,
  })

  const expectPlainIds = (bodies: readonly Transaction.TransactionBody[]): void => {
    const { createBlock, createTransaction, decodeBlock, encodeTransaction } = modules()
    const { raw } = createBlock(header, bodies.map(createTransaction))
    // The block lies somewhere in other bytes.
    const { transactions } = decodeBlock(concatBytes(bytes(5), raw, bytes(5)).subarray(5, 5 + raw.length))
    expect(transactions.map(({ txid, wtxid }) => [txid, wtxid])).toEqual(
      bodies.map(body => [plainId(encodeTransaction(body, false)), plainId(encodeTransaction(body))]),
    )
  }

  test('blocks of any number of transactions, with and without witnesses', () => {
    for (let count = 0; count <= 18; count++)
      expectPlainIds(Array.from({ length: count }, (_, i) => bodyOf(1 + (i % 2), 20, (i % 3) * 30)))
  })

  test('transactions of every size up to a few blocks of a hash, all mixed', () => {
    const sizes = Array.from({ length: 250 }, (_, i) => i)
    expectPlainIds(sizes.map(size => bodyOf(1, size, size % 2)))
    expectPlainIds(sizes.map(size => bodyOf(1, 0, size)))
  })

  test('transactions of many inputs, and so long ones that only few of them are hashed at once', () => {
    const many = [15, 16, 17, 18, 40].map(inputs => bodyOf(inputs, 0, 5))
    const long = [16_000, 16_300, 16_400, 70_000].flatMap(size => [bodyOf(1, size, 1), bodyOf(1, size, 0)])
    expectPlainIds([...many, ...long, ...long, ...long])
  })

  test('a transaction alone, and several from one reader', () => {
    const { createTransaction, decodeTransaction } = modules()
    for (const body of [bodyOf(1, 10, 0), bodyOf(2, 0, 70), bodyOf(1, 3000, 3)]) {
      const tx = createTransaction(body)
      expect(decodeTransaction(tx.raw)).toEqual(tx)
      expect([tx.txid, tx.wtxid]).toEqual([plainId(modules().encodeTransaction(body, false)), plainId(tx.raw)])
    }
  })
}
