import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Block,
  createBlock,
  decodeBlock,
  decodeHeader,
  encodeHeader,
  HEADER_SIZE,
  type Header,
} from '../src/block.js'
import { concatBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import { Reader } from '../src/codec/reader.js'
import { Writer } from '../src/codec/writer.js'
import type { BlockHash, MerkleRoot, Txid } from '../src/ids.js'
import {
  createTransaction,
  decodeTransaction,
  encodeTransaction,
  hasWitness,
  type Transaction,
  type TransactionBody,
} from '../src/transaction.js'

const u32 = fc.nat({ max: 0xffffffff })
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const script = fc.uint8Array({ maxLength: 300 })
const input = fc.record({
  prevout: fc.record({ txid: hash as fc.Arbitrary<Txid>, vout: u32 }),
  scriptSig: script,
  sequence: u32,
  witness: fc.array(script, { maxLength: 3 }),
})
const output = fc.record({ value: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), script })
const body: fc.Arbitrary<TransactionBody> = fc.record({
  version: u32,
  inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
  outputs: fc.array(output, { maxLength: 4 }),
  lockTime: u32,
})
const header: fc.Arbitrary<Header> = fc.record({
  version: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  prev: hash as fc.Arbitrary<BlockHash>,
  merkleRoot: hash as fc.Arbitrary<MerkleRoot>,
  time: u32,
  bits: u32,
  nonce: u32,
})

const shape = ({ version, inputs, outputs, lockTime }: TransactionBody): TransactionBody => ({
  version,
  inputs,
  outputs,
  lockTime,
})
const errorOf = (read: () => unknown): unknown => {
  try {
    read()
    return undefined
  } catch (error) {
    return error
  }
}

/** Decodes, or fails in the one way allowed. */
const onlyDecodeError = (read: () => unknown): void => {
  const error = errorOf(read)
  if (error !== undefined) expect(error).toBeInstanceOf(DecodeError)
}

describe('transactions', () => {
  test('what is encoded decodes to the same, and its ids do or do not cover witnesses', () => {
    fc.assert(
      fc.property(body, value => {
        const tx = createTransaction(value)
        const again = decodeTransaction(tx.raw)
        expect(shape(again)).toEqual(shape(value))
        expect([again.txid, again.wtxid, again.strippedSize]).toEqual([tx.txid, tx.wtxid, tx.strippedSize])
        const bare = createTransaction({ ...value, inputs: value.inputs.map(i => ({ ...i, witness: [] })) })
        expect(bare.txid).toBe(tx.txid)
        expect(String(bare.wtxid) === bare.txid).toBe(true)
        expect((tx.wtxid as string) === (tx.txid as string)).toBe(!hasWitness(value))
        expect(encodeTransaction(value, false)).toEqual(bare.raw)
      }),
      { numRuns: 150 },
    )
  })

  test('cut short or with a byte too many it is a DecodeError', () => {
    fc.assert(
      fc.property(body, fc.nat(), (value, at) => {
        const { raw } = createTransaction(value)
        expect(errorOf(() => decodeTransaction(raw.subarray(0, at % raw.length)))).toBeInstanceOf(DecodeError)
        expect(errorOf(() => decodeTransaction(concatBytes(raw, Uint8Array.of(0))))).toBeInstanceOf(DecodeError)
      }),
      { numRuns: 150 },
    )
  })

  test('accepted bytes are the only bytes of that value', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const raw = createTransaction(value).raw.slice()
        raw[at % raw.length] = (raw[at % raw.length] as number) ^ change
        onlyDecodeError(() => {
          const tx: Transaction = decodeTransaction(raw)
          expect(encodeTransaction(tx)).toEqual(raw)
        })
      }),
      { numRuns: 300 },
    )
  })

  const oneInput = `01${'00'.repeat(32)}0000000000ffffffff`
  test.each([
    ['a witness section of empty stacks', `020000000001${oneInput}000000000000`, 'superfluous witness record'],
    ['an unknown flag', `020000000002${oneInput}0000000000`, 'unknown transaction optional data'],
    ['a longer length than needed', `02000000fd0100${oneInput.slice(2)}0000000000`, 'non-canonical compact size'],
    ['a count nothing can hold', '02000000feffffffff', 'compact size too large'],
    ['a count beyond the end', '02000000fdffff00', 'end of data'],
  ])('%s is refused', (_, hex, what) => {
    const error = errorOf(() => decodeTransaction(fromHex(hex)))
    expect(error).toBeInstanceOf(DecodeError)
    expect((error as DecodeError).what).toContain(what)
  })
})

describe('blocks and headers', () => {
  test('headers come back, at 80 bytes', () => {
    fc.assert(
      fc.property(header, value => {
        const raw = encodeHeader(value)
        expect(raw.length).toBe(HEADER_SIZE)
        expect(decodeHeader(raw)).toEqual(value)
      }),
    )
  })

  test('blocks come back with hash, ids and sizes', () => {
    fc.assert(
      fc.property(header, fc.array(body, { maxLength: 4 }), (value, bodies) => {
        const block: Block = createBlock(value, bodies.map(createTransaction))
        const again = decodeBlock(block.raw)
        expect(again.hash).toBe(block.hash)
        expect(again.header).toEqual(value)
        expect(again.strippedSize).toBe(block.strippedSize)
        expect(again.transactions.map(tx => tx.wtxid)).toEqual(block.transactions.map(tx => tx.wtxid))
      }),
      { numRuns: 60 },
    )
  })
})

test('random bytes give a value or a DecodeError, whatever is read', () => {
  const bytes = fc.uint8Array({ maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(bytes, raw => {
      onlyDecodeError(() => decodeTransaction(raw))
      onlyDecodeError(() => decodeTransaction(raw, false))
      onlyDecodeError(() => decodeHeader(raw))
      onlyDecodeError(() => decodeBlock(raw))
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.string(), text => {
      onlyDecodeError(() => fromHex(text))
    }),
  )
})

test('compact sizes come back, and fields never read past the end', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0x02000000 }), n => {
      const writer = new Writer(9)
      writer.compactSize(n)
      expect(new Reader(writer.bytes).compactSize()).toBe(n)
    }),
  )
  for (const read of ['u8', 'u16', 'u32', 'i32', 'u64', 'i64'] as const)
    expect(errorOf(() => new Reader(new Uint8Array(0))[read]())).toBeInstanceOf(DecodeError)
})
