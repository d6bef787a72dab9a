import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DecodeError } from '../src/codec/decode-error.js'
import { fromDisplayHex, fromHex, idAt, toDisplayHex, toHex } from '../src/codec/hex.js'

test('hex in both orders comes back from either case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      expect(toHex(bytes)).toBe([...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(''))
      expect(toDisplayHex(bytes)).toBe(toHex(bytes.slice().reverse()))
      for (const hex of [toHex(bytes), toHex(bytes).toUpperCase()]) {
        expect(fromHex(hex)).toEqual(bytes)
        expect(fromDisplayHex(hex)).toEqual(bytes.slice().reverse())
      }
    }),
  )
})

test('an id is read where it stands, and stays what it is when others are read', () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, i) => 3 * i)
  const ids = [0, 1, 38].map(at => idAt(bytes, at))
  expect(ids).toEqual([0, 1, 38].map(at => toHex(bytes.slice(at, at + 32).reverse())))
  expect(toDisplayHex(bytes.subarray(38))).toBe(ids[2])
})

test('the first bad digit is named', () => {
  for (const bad of ['/', ':', '@', 'G', '`', 'g', '\0', '\u00e9', '\u0130'])
    for (const read of [fromHex, fromDisplayHex]) {
      expect(() => read(`ab${bad}0`)).toThrow(new DecodeError('not a hex digit', 2))
      expect(() => read(`abc${bad}`)).toThrow(new DecodeError('not a hex digit', 3))
      expect(() => read(`abc${bad}f`)).toThrow(new DecodeError('odd number of hex digits', 5))
    }
})
