import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Block,
  createBlock,
  decodeBlock,
  decodeHeader,
  encodeHeader,
  HEADER_SIZE,
  header as headerCodec,
} from '../../src/block.js'
import { concatBytes, equalBytes } from '../../src/codec/bytes.js'
import {
  bytes,
  type Codec,
  compactSize,
  decode,
  encode,
  hash32,
  i32,
  i64 as i64Codec,
  struct,
  u8,
  u16,
  u32 as u32Codec,
  u64,
  varBytes,
  vector,
} from '../../src/codec/codec.js'
import { DecodeError } from '../../src/codec/decode-error.js'
import { MAX_COMPACT_SIZE } from '../../src/codec/reader.js'
import {
  createTransaction,
  decodeTransaction,
  detachTransaction,
  encodeTransaction,
  hasWitness,
  type TransactionBody,
  transactionWeight,
  txOut,
} from '../../src/transaction.js'
import { body, bytesOf, damages, hash, header, i64, output, script, u32 } from './arbitraries.js'

/** A wire type: values of it, and both directions. */
interface Wire<T> {
  readonly name: string
  readonly values: fc.Arbitrary<T>
  readonly encode: (value: T) => Uint8Array
  readonly decode: (raw: Uint8Array) => T
}

const wire = <T>(name: string, values: fc.Arbitrary<T>, codec: Codec<T>): Wire<unknown> => ({
  name,
  values,
  encode: value => encode(codec, value as T),
  decode: raw => decode(codec, raw),
})

const shape = ({ version, inputs, outputs, lockTime }: TransactionBody): TransactionBody => ({
  version,
  inputs,
  outputs,
  lockTime,
})

const pair = struct({ id: hash32<string>(), list: vector(varBytes) })
const types: readonly Wire<unknown>[] = [
  wire('u8', fc.nat({ max: 0xff }), u8),
  wire('u16', fc.nat({ max: 0xffff }), u16),
  wire('u32', u32, u32Codec),
  wire('i32', fc.integer(), i32),
  wire('u64', fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), u64),
  wire('i64', i64, i64Codec),
  wire('compact size', fc.oneof(fc.nat({ max: MAX_COMPACT_SIZE }), fc.nat({ max: 300 })), compactSize),
  wire('hash', hash, hash32<string>()),
  wire('bytes', bytesOf(20), bytes(20)),
  wire('bytes behind their length', script, varBytes),
  wire('list', fc.array(u32, { maxLength: 300 }), vector(u32Codec)),
  wire('fields', fc.record({ id: hash, list: fc.array(script, { maxLength: 3 }) }), pair),
  wire('output', output, txOut),
  wire('header', header, headerCodec),
  { name: 'header of 80 bytes', values: header, encode: value => encodeHeader(value as never), decode: decodeHeader },
  {
    name: 'transaction',
    values: body,
    encode: value => encodeTransaction(value as TransactionBody),
    decode: raw => shape(decodeTransaction(raw)),
  },
  {
    name: 'transaction without witnesses',
    values: body.map(value => ({ ...value, inputs: value.inputs.map(input => ({ ...input, witness: [] })) })),
    encode: value => encodeTransaction(value as TransactionBody),
    decode: raw => shape(decodeTransaction(raw, false)),
  },
  {
    name: 'block',
    values: fc.record({ header, bodies: fc.array(body, { maxLength: 3 }) }),
    encode: value => {
      const given = value as { header: Block['header']; bodies: TransactionBody[] }
      return createBlock(given.header, given.bodies.map(createTransaction)).raw
    },
    decode: raw => {
      const found = decodeBlock(raw)
      return { header: found.header, bodies: found.transactions.map(shape) }
    },
  },
]

/** The value, or undefined where the bytes are refused in the one way allowed. */
function decoded<T>(type: Wire<T>, raw: Uint8Array): { readonly value: T } | undefined {
  try {
    return { value: type.decode(raw) }
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return undefined
  }
}

describe.each(types)('$name', type => {
  test('what is encoded decodes to the same', () => {
    fc.assert(
      fc.property(type.values, value => {
        expect(type.decode(type.encode(value))).toEqual(value)
      }),
    )
  })

  test('a byte less or more is a DecodeError', () => {
    fc.assert(
      fc.property(type.values, value => {
        const raw = type.encode(value)
        expect(decoded(type, raw.subarray(0, -1))).toBeUndefined()
        expect(decoded(type, concatBytes(raw, Uint8Array.of(0)))).toBeUndefined()
      }),
    )
  })

  test('damaged or random bytes are refused by a DecodeError, or are the only bytes of their value', () => {
    const raws = fc.oneof(
      { weight: 9, arbitrary: fc.tuple(type.values, damages).map(([value, damage]) => damage(type.encode(value))) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200, size: 'max' }) },
    )
    fc.assert(
      fc.property(raws, raw => {
        const found = decoded(type, raw)
        if (found) expect(equalBytes(type.encode(found.value), raw)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('ids and sizes', () => {
  test('a changed witness changes the wtxid, never the txid; anything else changes both', () => {
    fc.assert(
      fc.property(body.filter(hasWitness), damages, u32, (value, damage, lockTime) => {
        const tx = createTransaction(value)
        const inputs = value.inputs.map(input => ({ ...input, witness: input.witness.map(damage) }))
        const other = createTransaction({ ...value, inputs })
        expect(other.txid).toBe(tx.txid)
        expect(other.wtxid === tx.wtxid).toBe(equalBytes(other.raw, tx.raw))
        const bare = createTransaction({ ...value, inputs: value.inputs.map(input => ({ ...input, witness: [] })) })
        expect([bare.txid, bare.wtxid]).toEqual([tx.txid, tx.txid])
        expect(equalBytes(bare.raw, encodeTransaction(value, false))).toBe(true)
        const later = createTransaction({ ...value, lockTime })
        expect([later.txid === tx.txid, later.wtxid === tx.wtxid]).toEqual(
          new Array(2).fill(lockTime === value.lockTime),
        )
      }),
    )
  })

  test('a decoded transaction has the ids and sizes of the created one, wherever it lay', () => {
    fc.assert(
      fc.property(body, value => {
        const tx = createTransaction(value)
        const again = decodeTransaction(tx.raw)
        const own = detachTransaction(again)
        for (const { txid, wtxid, strippedSize } of [again, own])
          expect({ txid, wtxid, strippedSize }).toEqual({
            txid: tx.txid,
            wtxid: tx.wtxid,
            strippedSize: tx.strippedSize,
          })
        expect(own.raw.buffer).not.toBe(again.raw.buffer)
        expect(tx.strippedSize).toBe(encodeTransaction(value, false).length)
        expect(transactionWeight(tx)).toBe(3 * tx.strippedSize + tx.raw.length)
      }),
    )
  })

  test('a block keeps the bytes of its transactions, and its hash is that of its first 80', () => {
    fc.assert(
      fc.property(header, fc.array(body, { maxLength: 3 }), (value, bodies) => {
        const transactions = bodies.map(createTransaction)
        const block = decodeBlock(createBlock(value, transactions).raw)
        expect(block.transactions.map(({ wtxid }) => wtxid)).toEqual(transactions.map(({ wtxid }) => wtxid))
        expect(block.transactions.every((tx, i) => equalBytes(tx.raw, transactions[i]?.raw as Uint8Array))).toBe(true)
        expect(block.hash).toBe(createBlock(value, []).hash)
        const rest = transactions.reduce((sum, tx) => sum + tx.strippedSize, HEADER_SIZE + 1)
        expect(block.strippedSize).toBe(rest)
      }),
      { numRuns: 50 },
    )
  })
})
