import { describe, expect, test } from '@jest/globals'
import * as block from '../src/block.js'
import { concatBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { Reader } from '../src/codec/reader.js'
import * as transaction from '../src/transaction.js'
import { idSuite } from './support/id-suite.js'

describe('ids of transactions in blocks', () => {
  idSuite(() => ({ ...block, ...transaction }))
})

test('reading several transactions stops where they end, and fails where one of them does', () => {
  const { createTransaction, readTransactions } = transaction
  const tx = createTransaction({
    version: 1,
    inputs: [],
    outputs: [{ value: 5n, script: new Uint8Array(3) }],
    lockTime: 0,
  })
  const reader = new Reader(concatBytes(tx.raw, tx.raw, Uint8Array.of(9)))
  expect(readTransactions(reader, 2, false)).toEqual([tx, tx])
  expect(reader.remaining).toBe(1)
  expect(readTransactions(reader, 0)).toEqual([])
  expect(() => readTransactions(new Reader(concatBytes(tx.raw, tx.raw)), 3, false)).toThrow(DecodeError)
})

test('a count that lies costs no more than the bytes that are there', () => {
  const lie = Uint8Array.of(...new Uint8Array(80), 0xfe, 0, 0, 0, 2)
  expect(() => block.decodeBlock(lie)).toThrow(DecodeError)
})
