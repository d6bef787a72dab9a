import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes, equalBytes } from '../../src/codec/bytes.js'
import { encodeDer, isStrictDer, parseDerLax } from '../../src/curve/der.js'
import { GROUP_ORDER, numberBytes, readNumber, writeNumber } from '../../src/curve/field.js'
import { damages } from './arbitraries.js'

const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }),
  fc.nat({ max: 300 }).map(n => BigInt(n + 1)),
  fc.integer({ min: 1, max: 255 }).map(bits => 1n << BigInt(bits)),
)
const compact = fc.tuple(scalar, scalar).map(([r, s]) => concatBytes(numberBytes(r), numberBytes(s)))
const HASH_TYPE = Uint8Array.of(1)

test('BIP-0066: strict bytes are the only bytes of their numbers', () => {
  let strict = 0
  fc.assert(
    fc.property(compact, damages, (value, damage) => {
      const der = encodeDer(value)
      expect(isStrictDer(concatBytes(der, HASH_TYPE))).toBe(true)
      expect(equalBytes(parseDerLax(der) as Uint8Array, value)).toBe(true)
      const other = damage(der)
      const numbers = parseDerLax(other)
      expect(numbers === undefined || numbers.length === 64).toBe(true)
      if (!isStrictDer(concatBytes(other, HASH_TYPE))) return
      if (!numbers) throw new RangeError('strict bytes that cannot be read')
      // Numbers that are no scalars are read as zeroes.
      if (readNumber(numbers) === 0n || readNumber(numbers, 32) === 0n) return
      strict++
      expect(equalBytes(encodeDer(numbers), other)).toBe(true)
    }),
    { numRuns: 500 },
  )
  expect(strict).toBeGreaterThan(5)
})

test('numbers below 2^256 come back from their bytes, wherever they lie', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), fc.nat({ max: 40 }), (n, offset) => {
      const into = new Uint8Array(80)
      writeNumber(into, offset, n)
      expect(readNumber(into, offset)).toBe(n)
      expect(numberBytes(n)).toEqual(into.slice(offset, offset + 32))
    }),
  )
})
