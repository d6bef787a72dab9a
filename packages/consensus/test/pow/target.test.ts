import { describe, expect, test } from '@jest/globals'
import type { BlockHash } from '@raistone/primitives'
import fc from 'fast-check'
import { bitsToTarget, checkProofOfWork, readCompact, targetToBits, workOfBits } from '../../src/pow/target.js'

const REGTEST_LIMIT = 2n ** 255n - 1n
const hashOf = (value: bigint): BlockHash => value.toString(16).padStart(64, '0') as BlockHash

describe('compact targets', () => {
  test.each<[string, number, bigint]>([
    ['mainnet, easiest', 0x1d00ffff, 0xffffn << 208n],
    ['regtest, easiest', 0x207fffff, 0x7fffffn << 232n],
    ['one', 0x01010000, 1n],
    ['zero mantissa', 0x20000000, 0n],
    ['mantissa shifted out', 0x0000ffff, 0n],
    ['negative', 0x20800001, 0n],
    ['no sign without digits', 0x20800000, 0n],
    ['most that fits', 0x2200_00ff, 0xffn << 248n],
    ['too large by a byte', 0x2200_0100, 0n],
    ['two digits too far', 0x2300_0001, 0n],
  ])('%s', (_name, bits, target) => {
    expect(bitsToTarget(bits)).toBe(target)
  })

  test('overflow begins beyond 256 bits, for each length of mantissa', () => {
    const overflows = (bits: number): boolean => readCompact(bits).overflow
    expect([0x220000ff, 0x2100ffff, 0x207fffff].map(overflows)).toEqual([false, false, false])
    expect([0x230000ff, 0x22000100, 0x21010000].map(overflows)).toEqual([true, true, true])
    expect(overflows(0xff000000)).toBe(false)
  })

  test('keep their three leading bytes, rounding down', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 256n - 1n), target => {
        const again = bitsToTarget(targetToBits(target))
        expect(again).toBeLessThanOrEqual(target)
        expect(target - again).toBeLessThanOrEqual(target >> 15n)
        expect(targetToBits(again)).toBe(targetToBits(target))
      }),
    )
  })
})

describe('work', () => {
  test.each<[number, bigint]>([
    [0x1d00ffff, 0x100010001n],
    [0x207fffff, 2n],
    [0x03000001, 2n ** 255n],
    [0x20800001, 0n],
    [0x22000100, 0n],
    [0, 0n],
  ])('of bits %i', (bits, work) => {
    expect(workOfBits(bits)).toBe(work)
  })
})

describe('proof of work', () => {
  const bits = 0x207fffff
  const target = bitsToTarget(bits)

  test('is a hash up to the target, not above', () => {
    expect(checkProofOfWork(hashOf(target), bits, REGTEST_LIMIT)).toBe(true)
    expect(checkProofOfWork(hashOf(target + 1n), bits, REGTEST_LIMIT)).toBe(false)
    expect(checkProofOfWork(hashOf(0n), bits, REGTEST_LIMIT)).toBe(true)
  })

  test('is not shown for a target above the limit', () => {
    expect(checkProofOfWork(hashOf(0n), bits, target)).toBe(true)
    expect(checkProofOfWork(hashOf(0n), bits, target - 1n)).toBe(false)
  })

  test.each([0, 0x20000000, 0x20800001, 0x22000100])('is not shown for bits %i, which are no target', none => {
    expect(checkProofOfWork(hashOf(0n), none, REGTEST_LIMIT)).toBe(false)
  })
})
