import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { toDisplayHex } from '../src/codec/hex.js'
import { Writer } from '../src/codec/writer.js'

const number = fc.integer({ min: -0x80000000, max: 0xffffffff })
const long = fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n })

test('what is written is what a view of the bytes would hold', () => {
  fc.assert(
    fc.property(number, long, (n, big) => {
      const writer = new Writer(30)
      writer.u8(n)
      writer.u16(n)
      writer.u32(n)
      writer.i32(n)
      writer.u64(big)
      writer.i64(big)
      writer.raw(Uint8Array.of(1, 2, 3))
      const view = new DataView(new ArrayBuffer(27))
      view.setUint8(0, n)
      view.setUint16(1, n, true)
      view.setUint32(3, n, true)
      view.setInt32(7, n, true)
      view.setBigUint64(11, big, true)
      view.setBigInt64(19, big, true)
      expect(writer.bytes).toEqual(concatBytes(new Uint8Array(view.buffer), Uint8Array.of(1, 2, 3)))
    }),
  )
})

test('writing past the end is an error', () => {
  for (const write of ['u8', 'u16', 'u32', 'i32'] as const) expect(() => new Writer(0)[write](1)).toThrow(RangeError)
  for (const write of ['u64', 'i64'] as const) expect(() => new Writer(7)[write](1n)).toThrow(RangeError)
  expect(() => new Writer(8).raw(new Uint8Array(9))).toThrow(RangeError)
  expect(() => new Writer(2).compactSize(0xfd)).toThrow(RangeError)
})

test('an id is written last byte first, and nothing else is written as one', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => 7 * i)
  const writer = new Writer(34)
  writer.u8(1)
  writer.id(toDisplayHex(bytes))
  expect(writer.bytes).toEqual(concatBytes(Uint8Array.of(1), bytes, Uint8Array.of(0)))
  expect(() => writer.id(toDisplayHex(bytes))).toThrow(RangeError)
  for (const wrong of ['', '00'.repeat(31), '00'.repeat(33), `${'00'.repeat(31)}0g`])
    expect(() => new Writer(40).id(wrong)).toThrow(DecodeError)
})
