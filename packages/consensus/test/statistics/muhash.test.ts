import { describe, expect, test } from '@jest/globals'
import { concatBytes, sha256, toDisplayHex, toHex } from '@raistone/primitives'
import fc from 'fast-check'
import { MuHash } from '../../src/statistics/muhash.js'

/** Core's `FromInt`: 32 bytes of which only the first is not zero. */
const fromInt = (n: number): Uint8Array => Uint8Array.of(n, ...new Uint8Array(31))

const hashOf = (added: Iterable<Uint8Array>, removed: Iterable<Uint8Array> = []): string => {
  const hash = new MuHash()
  for (const element of added) hash.add(element)
  for (const element of removed) hash.remove(element)
  return toDisplayHex(hash.digest())
}

/** Little-endian, 384 bytes: what an empty set's product of one looks like. */
const one = concatBytes(Uint8Array.of(1), new Uint8Array(383))

describe('MuHash3072', () => {
  test('gives the hash of Core (crypto_tests.cpp, muhash_tests; test_framework/crypto/muhash.py)', () => {
    expect(hashOf([fromInt(0), fromInt(1)], [fromInt(2)])).toBe(
      '10d312b100cbd32ada024a6646e40d3482fcff103668d2625f10002a607d5863',
    )
  })

  test('of nothing is the hash of one', () => {
    // What Core says of an empty set (test/fuzz/muhash.cpp).
    expect(hashOf([])).toBe('dd5ad2a105c2d29495f577245c357409002329b9f4d6182c0af3dc2f462555c8')
    expect(hashOf([])).toBe(toDisplayHex(sha256(one)))
  })

  test('does not change with the order, nor with what is added and removed again', () => {
    const elements = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(elements, elements, fc.infiniteStream(fc.nat()), (kept, passing, lots) => {
        const expected = hashOf(kept)
        const moves = [
          ...kept.map(element => ['add', element] as const),
          ...passing.flatMap(element => [['add', element] as const, ['remove', element] as const]),
        ]
        const shuffled = moves.map(move => [lots.next().value as number, move] as const).sort(([a], [b]) => a - b)
        const hash = new MuHash()
        for (const [, [move, element]] of shuffled) hash[move](element)
        expect(toDisplayHex(hash.digest())).toBe(expected)
      }),
      { numRuns: 15 },
    )
  })

  test('tells sets apart, and how often an element is in them', () => {
    const [a, b] = [fromInt(1), fromInt(2)]
    const sets = [[], [a], [b], [a, b], [a, a], [a, a, b]]
    expect(new Set(sets.map(set => hashOf(set))).size).toBe(sets.length)
    expect(hashOf([a, b])).not.toBe(hashOf([concatBytes(a, b)]))
  })

  test('can be asked in between', () => {
    const hash = new MuHash()
    hash.add(fromInt(1))
    expect(toHex(hash.digest())).toBe(toHex(hash.digest()))
    hash.add(fromInt(2))
    expect(toDisplayHex(hash.digest())).toBe(hashOf([fromInt(2), fromInt(1)]))
  })
})
