import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { crc32c, crc32cOf } from '../../src/store/crc32c.js'

/** Bit by bit, as the polynomial says. */
function plain(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

test('the sums that RFC 3720 gives', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
})

test('the sum of any bytes, in one part, in several, or within others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(60), (bytes, a, b) => {
      const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
      expect(crc32c(bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to))).toBe(plain(bytes))
      expect(crc32cOf(bytes, from, to)).toBe(plain(bytes.subarray(from, to)))
    }),
  )
})
