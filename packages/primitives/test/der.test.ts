import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { concatBytes } from '../src/codec/bytes.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import { encodeDer, isStrictDer, parseDerLax } from '../src/curve/der.js'
import { GROUP_ORDER, numberBytes } from '../src/curve/field.js'

const scalar = fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n })
const hashType = Uint8Array.of(1)
const lax = (hex: string): string | undefined => {
  const found = parseDerLax(fromHex(hex))
  return found && toHex(found)
}
const small = (r: number, s: number): string => toHex(concatBytes(numberBytes(BigInt(r)), numberBytes(BigInt(s))))

test('what is encoded is strict and reads back', () => {
  fc.assert(
    fc.property(scalar, scalar, (r, s) => {
      const compact = concatBytes(numberBytes(r), numberBytes(s))
      const der = encodeDer(compact)
      expect(isStrictDer(concatBytes(der, hashType))).toBe(true)
      expect(parseDerLax(der)).toEqual(compact)
    }),
    { numRuns: 200 },
  )
})

test('random bytes are read or not, and never thrown at', () => {
  const tagged = fc.tuple(fc.constantFrom(0x30, 0x02), fc.uint8Array({ maxLength: 80 }))
  fc.assert(
    fc.property(tagged, ([first, rest]) => {
      const bytes = concatBytes(Uint8Array.of(first), rest)
      const found = parseDerLax(bytes)
      expect(found === undefined || found.length === 64).toBe(true)
      for (let end = 0; end <= bytes.length; end++)
        expect(parseDerLax(bytes, end)).toEqual(parseDerLax(bytes.subarray(0, end)))
      if (isStrictDer(bytes)) expect(parseDerLax(bytes.subarray(0, -1))).toBeDefined()
    }),
    { numRuns: 500 },
  )
})

describe('lax reading takes what the first client took', () => {
  test.each([
    ['strict', '3006020105020107', small(5, 7)],
    ['outer length wrong', '30ff020105020107', undefined],
    ['outer length short form, any value', '3000020105020107', small(5, 7)],
    ['outer length in long form', '308106020105020107', small(5, 7)],
    ['outer length of many bytes, all skipped', '3083ffffff020105020107', small(5, 7)],
    ['integer length in long form with zeroes', '3006028300000105020107', small(5, 7)],
    ['bytes after s', '3006020105020107ffff', small(5, 7)],
    ['padded integers', '300a02030000050203000007', small(5, 7)],
    ['a negative integer is read as positive', '3006020185020107', small(0x85, 7)],
    ['an empty integer is zero', '30050200020107', small(0, 7)],
    ['length of length of four digits', '300602840100000005020107', undefined],
    ['integer beyond the end', '3006020105020807', undefined],
    ['no s', '3003020105', undefined],
    ['wrong tag', '3006030105020107', undefined],
    ['no sequence', '3106020105020107', undefined],
    ['empty', '', undefined],
  ])('%s', (_, hex, expected) => {
    expect(lax(hex)).toBe(expected)
  })

  test('numbers that are no scalars give zeroes, which no key verifies', () => {
    const order = toHex(numberBytes(GROUP_ORDER))
    expect(lax(`30260221${`00${order}`}020107`)).toBe(small(0, 0))
    expect(lax(`302702220101${order}020107`)).toBe(small(0, 0))
  })
})

describe('strict reading refuses', () => {
  const good = '300602010502010701'
  test.each([
    ['nothing wrong', good, true],
    ['no hash type', good.slice(0, -2), false],
    ['wrong outer length', '300702010502010701', false],
    ['negative r', '300602018502010701', false],
    ['padded r', '30070202000502010701', false],
    ['needed padding', '30070202008502010701', true],
    ['empty s', '30060202000502000101', false],
    ['negative s', '300602010502018701', false],
    ['trailing byte', `${good}01`, false],
  ])('%s', (_, hex, expected) => {
    expect(isStrictDer(fromHex(hex))).toBe(expected)
  })
})
