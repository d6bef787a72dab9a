import { describe, expect, test } from '@jest/globals'
import { sha256, toHex } from '@raistone/primitives'
import fc from 'fast-check'
import { fromLittleEndian, invert, MODULUS, multiply, toLittleEndian } from '../../src/statistics/num3072.js'

const TOP = (1n << 3072n) - 1n

/** Small, large, next to the prime on both sides, up to the largest that fits. */
const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 5n }),
  fc.bigInt({ min: 0n, max: TOP }),
  fc.bigInt({ min: MODULUS - 5n, max: MODULUS + 5n }),
  fc.bigInt({ min: TOP - 5n, max: TOP }),
)

describe('numbers modulo the prime of MuHash3072', () => {
  test('are multiplied as by a division', () => {
    fc.assert(fc.property(number, number, (a, b) => expect(multiply(a, b)).toBe((a * b) % MODULUS)))
    expect(multiply(MODULUS - 1n, MODULUS - 1n)).toBe(1n)
    expect(multiply(MODULUS, 1n)).toBe(0n)
    expect(multiply(TOP, TOP)).toBe(1_103_716n * 1_103_716n)
  })

  test('above the prime count as what is left (crypto_tests.cpp, muhash_tests, overflow)', () => {
    const hash = sha256(toLittleEndian(multiply(fromLittleEndian(new Uint8Array(384).fill(0xff)), invert(1n))))
    expect(toHex(hash)).toBe('3a31e6903aff0de9f62f9a9f7f8b861de76ce2cda09822b90014319ae5dc2271')
  })

  test('have an inverse', () => {
    const invertible = fc.oneof(
      fc.bigInt({ min: 1n, max: 5n }),
      fc.bigInt({ min: 1n, max: MODULUS - 1n }),
      fc.bigInt({ min: MODULUS - 5n, max: MODULUS - 1n }),
    )
    fc.assert(
      fc.property(invertible, n => {
        const inverse = invert(n)
        expect(inverse >= 0n && inverse < MODULUS && multiply(n, inverse) === 1n).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('are written in 384 bytes, the lowest first', () => {
    expect(toLittleEndian(0x0102n)).toEqual(Uint8Array.of(2, 1, ...new Uint8Array(382)))
    fc.assert(fc.property(number, n => expect(fromLittleEndian(toLittleEndian(n))).toBe(n)))
  })
})
