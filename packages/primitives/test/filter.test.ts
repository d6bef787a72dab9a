import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes, equalBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { BitReader, BitWriter } from '../src/filter/bit-stream.js'
import { encodeGolombSet, golombSetHasAny } from '../src/filter/golomb-set.js'

const key = fc.uint8Array({ minLength: 16, maxLength: 16 })
const elements = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 300 })

describe('a Golomb-coded set', () => {
  test('has everything that was put in, alone and among others', () => {
    fc.assert(
      fc.property(elements, elements, key, (put, others, secret) => {
        const set = encodeGolombSet(put, secret)
        for (const element of put) expect(golombSetHasAny(set, [element], secret)).toBe(true)
        expect(golombSetHasAny(set, [...others, ...put], secret)).toBe(
          put.length > 0 || golombSetHasAny(set, others, secret),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('is the same in any order and with what was put in twice', () => {
    fc.assert(
      fc.property(elements, key, (put, secret) => {
        const set = encodeGolombSet(put, secret)
        expect(encodeGolombSet([...put].reverse(), secret)).toEqual(set)
        expect(encodeGolombSet([...put, ...put], secret)).toEqual(set)
      }),
      { numRuns: 40 },
    )
  })

  test('has next to nothing else', () => {
    const secret = new Uint8Array(16).fill(7)
    const numbered = (from: number, count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, i) => Uint8Array.of(...`${from + i}`.split('').map(Number)))
    const set = encodeGolombSet(numbered(0, 1000), secret)
    const found = numbered(1000, 10_000).filter(element => golombSetHasAny(set, [element], secret))
    expect(found.length).toBeLessThan(3)
    expect(golombSetHasAny(set, numbered(999, 2), secret)).toBe(true)
  })

  test('of nothing is one zero byte, and has nothing', () => {
    const secret = new Uint8Array(16)
    expect(encodeGolombSet([], secret)).toEqual(Uint8Array.of(0))
    expect(golombSetHasAny(Uint8Array.of(0), [new Uint8Array(0)], secret)).toBe(false)
  })

  test('bytes that are no set are a DecodeError, whatever they are', () => {
    const secret = new Uint8Array(16)
    const set = encodeGolombSet([secret, Uint8Array.of(1)], secret)
    const wrong = [
      new Uint8Array(0),
      Uint8Array.of(1),
      Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0),
      Uint8Array.of(1, 0xff, 0xff, 0xff),
      set.subarray(0, set.length - 1),
      concatBytes(set, Uint8Array.of(0)),
    ]
    for (const bytes of wrong) expect(() => golombSetHasAny(bytes, [], secret)).toThrow(DecodeError)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        try {
          golombSetHasAny(bytes, [secret], secret)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })
})

test('bits come back as they were written', () => {
  const pieces = fc.array(
    fc
      .integer({ min: 1, max: 24 })
      .chain(bits => fc.tuple(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.constant(bits))),
  )
  fc.assert(
    fc.property(pieces, written => {
      const writer = new BitWriter(written.length * 24)
      for (const [value, bits] of written) writer.put(value, bits)
      const reader = new BitReader(writer.finish(), 0)
      expect(written.map(([, bits]) => reader.take(bits))).toEqual(written.map(([value]) => value))
      expect(reader.remaining).toBeLessThan(8)
    }),
  )
  expect(equalBytes(new BitWriter(0).finish(), new Uint8Array(0))).toBe(true)
})
