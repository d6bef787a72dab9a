import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams, Retarget } from '../../src/params/chain-params.js'
import { ancestorOf } from '../../src/pow/ancestor.js'
import { exponentOf, scaleTarget } from '../../src/pow/exponential.js'
import { nextBits } from '../../src/pow/retarget.js'
import { bitsToTarget, targetToBits } from '../../src/pow/target.js'
import { entryOn, type FreeEntry } from '../support/free-entry.js'

const LIMIT_BITS = 0x1d00ffff
const HARD_BITS = 0x1b00ffff
const SPACING = 600

const paramsOf = (retarget: Retarget): Pick<ChainParams, 'pow'> => ({
  pow: { limit: bitsToTarget(LIMIT_BITS), spacingSec: SPACING, futureLimitSec: 7200, retarget },
})

/** Blocks of these bits, each `stepSec` after the one before. */
function run(count: number, stepSec: number, bits: number, from?: FreeEntry): FreeEntry {
  let at = from ?? entryOn(undefined, { time: 1_000_000_000, bits })
  for (let i = 0; i < count; i++) at = entryOn(at, { time: at.header.time + stepSec, bits })
  return at
}

const hex = (bits: number): string => bits.toString(16).padStart(8, '0')

describe('ancestors', () => {
  test('are found at every height below', () => {
    const tip = run(200, 1, HARD_BITS)
    for (let height = 0; height <= 200; height++) expect(ancestorOf(tip, height)?.height).toBe(height)
  })
})

describe('bitcoin', () => {
  const plain = { kind: 'bitcoin', intervalBlocks: 10, allowMinDifficulty: false, enforceBip94: false } as const
  const next = (parent: FreeEntry, retarget: Retarget = plain, afterSec = SPACING): string =>
    hex(nextBits(parent, parent.header.time + afterSec, paramsOf(retarget)))
  /** Bits after an interval whose ten blocks span this many seconds. */
  const after = (spanSec: number, bits = HARD_BITS): string => {
    const first = run(0, 0, bits)
    const most = run(8, 1, bits, first)
    return next(entryOn(most, { time: first.header.time + spanSec, bits }))
  }
  const times = (numerator: bigint, denominator: bigint): string =>
    hex(targetToBits((bitsToTarget(HARD_BITS) * numerator) / denominator))

  test('keeps the bits within an interval, however slow', () => {
    for (const length of [0, 1, 5, 8, 10, 18]) expect(next(run(length, 9999, HARD_BITS))).toBe(hex(HARD_BITS))
  })

  test('scales by the time the interval took, a factor of 4 at most', () => {
    const wanted = 10 * SPACING
    expect(after(wanted)).toBe(hex(HARD_BITS))
    expect(after(wanted / 2)).toBe(times(1n, 2n))
    expect(after(wanted * 2)).toBe(times(2n, 1n))
    expect(after(wanted / 4 + 1)).toBe(times(1501n, 6000n))
    expect([wanted / 4, wanted / 4 - 1, -wanted].map(span => after(span))).toEqual(Array(3).fill(times(1n, 4n)))
    expect(after(wanted * 4 - 1)).toBe(times(23_999n, 6000n))
    expect([wanted * 4, wanted * 40].map(span => after(span))).toEqual(Array(2).fill(times(4n, 1n)))
  })

  test('never gets easier than the limit', () => {
    expect(after(10 * SPACING + 1, LIMIT_BITS)).toBe(hex(LIMIT_BITS))
    expect(after(10 * SPACING - 1, LIMIT_BITS)).not.toBe(hex(LIMIT_BITS))
  })

  describe('with testnet3’s exception', () => {
    const testnet = { ...plain, allowMinDifficulty: true }

    test('excuses a block later than twice the spacing', () => {
      const parent = run(4, SPACING, HARD_BITS)
      expect(next(parent, testnet, 2 * SPACING)).toBe(hex(HARD_BITS))
      expect(next(parent, testnet, 2 * SPACING + 1)).toBe(hex(LIMIT_BITS))
      expect(next(parent, plain, 2 * SPACING + 1)).toBe(hex(HARD_BITS))
    })

    test('goes back to the bits before the excused blocks, at most to the start of the interval', () => {
      expect(next(run(3, SPACING, LIMIT_BITS, run(4, SPACING, HARD_BITS)), testnet)).toBe(hex(HARD_BITS))
      const wholly = run(3, SPACING, LIMIT_BITS, run(9, SPACING, HARD_BITS))
      expect(wholly.height).toBe(12)
      expect(next(wholly, testnet)).toBe(hex(LIMIT_BITS))
    })

    test('excuses no first block of an interval, and goes back to none before it', () => {
      const last = run(9, SPACING, HARD_BITS)
      expect(last.height).toBe(9)
      expect(next(last, testnet, 100 * SPACING)).toBe(next(last, testnet))
      expect(next(last, testnet, 100 * SPACING)).toBe(hex(targetToBits((bitsToTarget(HARD_BITS) * 9n) / 10n)))
      // The excused last block has set what the next interval begins with, and that is nobody's exception any more.
      const excused = entryOn(run(8, SPACING, HARD_BITS), { time: last.header.time, bits: LIMIT_BITS })
      const first = entryOn(excused, {
        time: last.header.time + SPACING,
        bits: Number.parseInt(next(excused, testnet), 16),
      })
      expect(first.header.bits).not.toBe(LIMIT_BITS)
      expect(next(first, testnet)).toBe(hex(first.header.bits))
      expect(next(run(1, 2 * SPACING + 1, LIMIT_BITS, first), testnet)).toBe(hex(first.header.bits))
    })

    test('with BIP-0094 keeps the difficulty however many blocks of an interval were excused', () => {
      const testnet4 = { ...testnet, enforceBip94: true }
      // Nine excused blocks behind an honest first one take far too long: the factor of 4 is all they gain.
      const first = run(0, 0, HARD_BITS)
      const slow = run(9, 10 * SPACING, LIMIT_BITS, first)
      expect(next(slow, testnet4)).toBe(times(4n, 1n))
      expect(next(slow, testnet)).toBe(hex(LIMIT_BITS))
      // Within the interval the walk back ends at its first block, whose bits are the real ones.
      expect(next(run(5, SPACING, LIMIT_BITS, first), testnet4)).toBe(hex(HARD_BITS))
    })

    test('retargets from the last block, and with BIP-0094 from the first', () => {
      const excused = run(1, 2 * SPACING, LIMIT_BITS, run(8, SPACING, HARD_BITS))
      expect(excused.height).toBe(9)
      expect(next(excused, testnet)).toBe(hex(LIMIT_BITS))
      expect(next(excused, { ...testnet, enforceBip94: true })).toBe(hex(HARD_BITS))
    })
  })
})

describe('asert', () => {
  const retarget = { kind: 'asert', halfLifeSec: 3600, anchorHeight: 1 } as const
  const next = (parent: FreeEntry): string => hex(nextBits(parent, 0, paramsOf(retarget)))
  const genesis = run(0, 0, HARD_BITS)
  /** The first block, years after the genesis block. */
  const anchor = run(1, 100_000_000, HARD_BITS, genesis)
  const scaled = (factor: bigint, divisor = 1n): string =>
    hex(targetToBits((bitsToTarget(HARD_BITS) * factor) / divisor))

  test('gives the anchor the bits of the genesis block, whenever it comes', () => {
    expect(next(genesis)).toBe(hex(HARD_BITS))
    expect(next(anchor)).toBe(hex(HARD_BITS))
  })

  test('keeps the bits on schedule', () => {
    for (const count of [1, 2, 50]) expect(next(run(count, SPACING, HARD_BITS, anchor))).toBe(hex(HARD_BITS))
  })

  test('doubles the target for each half-life behind, halves it for each ahead, and forgets nothing', () => {
    expect(next(run(1, SPACING + 3600, HARD_BITS, anchor))).toBe(scaled(2n))
    expect(next(run(12, SPACING - 300, HARD_BITS, anchor))).toBe(scaled(1n, 2n))
    // The bits in between do not matter: the schedule is absolute.
    const slowThenFast = run(12, SPACING - 300, LIMIT_BITS, run(1, SPACING + 3600, LIMIT_BITS, anchor))
    expect(next(slowThenFast)).toBe(hex(HARD_BITS))
  })

  test('stays between 1 and the limit, a year off schedule', () => {
    expect(next(run(1, 31_536_000, HARD_BITS, anchor))).toBe(hex(LIMIT_BITS))
    expect(next(run(1, -31_536_000, HARD_BITS, anchor))).toBe('01010000')
  })

  test('knows a later anchor, before which the bits stay', () => {
    const late = paramsOf({ ...retarget, anchorHeight: 3 })
    const bits = (parent: FreeEntry): string => hex(nextBits(parent, 0, late))
    expect(bits(run(2, 1, HARD_BITS, genesis))).toBe(hex(HARD_BITS))
    expect(bits(run(4, SPACING, HARD_BITS, run(3, 1, HARD_BITS, genesis)))).toBe(hex(HARD_BITS))
  })
})

describe('relative', () => {
  const { pow } = loadChain('devnet')
  const next = (parent: FreeEntry): bigint => bitsToTarget(nextBits(parent, 0, { pow }))
  const base = bitsToTarget(HARD_BITS)
  const settled = run(3, 5, HARD_BITS)
  const afterGap = (gapSec: number): bigint => next(run(1, gapSec, HARD_BITS, settled))
  const stepped = (seconds: number): bigint =>
    bitsToTarget(targetToBits(scaleTarget(base, exponentOf(seconds, 60), pow.limit)))

  test('steps from the parent by the time it took', () => {
    expect(afterGap(5)).toBe(base)
    expect(afterGap(35)).toBe(stepped(30))
    expect(afterGap(1)).toBe(stepped(-4))
    expect(stepped(30)).toBeGreaterThan(base)
    expect(stepped(-4)).toBeLessThan(base)
  })

  test('counts no more than the longest gap', () => {
    expect(afterGap(59)).toBe(stepped(54))
    expect(afterGap(60)).toBe(stepped(55))
    expect(afterGap(61)).toBe(stepped(55))
    expect(afterGap(86_400)).toBe(stepped(55))
  })

  test('does not count how long ago the genesis block was', () => {
    const genesis = run(0, 0, HARD_BITS)
    const first = run(1, 1, HARD_BITS, genesis)
    expect([genesis, first, run(1, 60, HARD_BITS, genesis)].map(next)).toEqual([base, base, base])
    expect(next(run(1, 1, HARD_BITS, first))).toBe(stepped(-4))
  })

  test('never gets easier than the limit', () => {
    const easiest = run(3, 60, targetToBits(pow.limit))
    expect(nextBits(easiest, 0, { pow })).toBe(targetToBits(pow.limit))
  })

  test('would be destroyed by a block earlier than its parent, which is why none may be', () => {
    const swung = run(1, -3600, HARD_BITS, run(1, 3600, HARD_BITS, settled))
    expect(next(swung)).toBeLessThan(base >> 55n)
  })
})

describe('none', () => {
  test('is always the limit', () => {
    const params = paramsOf({ kind: 'none' })
    expect(nextBits(run(3, 1, HARD_BITS), 0, params)).toBe(LIMIT_BITS)
    expect(nextBits(run(0, 0, LIMIT_BITS), 2 ** 32 - 1, params)).toBe(LIMIT_BITS)
  })
})

describe('the power of two', () => {
  const LIMIT = 2n ** 256n - 1n

  test('is exact where the exponent is whole', () => {
    for (const shift of [-100n, -1n, 0n, 1n, 100n])
      expect(scaleTarget(2n ** 120n, shift * 65536n, LIMIT)).toBe(2n ** (120n + shift))
  })

  test('is within 0.013 % in between, and rises with the exponent', () => {
    const at = (exponent: number): number => Number(scaleTarget(2n ** 200n, BigInt(exponent), LIMIT)) / 2 ** 200
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), exponent => {
        expect(Math.abs(at(exponent) / 2 ** (exponent / 65536) - 1)).toBeLessThan(0.00013)
        expect(at(exponent + 1)).toBeGreaterThanOrEqual(at(exponent))
      }),
    )
  })

  test('ends at 1 and at the limit, however far the exponent goes', () => {
    for (const exponent of [-(2n ** 60n), -513n * 65536n, -300n * 65536n])
      expect(scaleTarget(5n, exponent, LIMIT)).toBe(1n)
    for (const exponent of [2n ** 60n, 513n * 65536n, 300n * 65536n])
      expect(scaleTarget(5n, exponent, LIMIT)).toBe(LIMIT)
  })

  test('takes seconds rounded towards zero', () => {
    expect(exponentOf(1, 3)).toBe(21845n)
    expect(exponentOf(-1, 3)).toBe(-21845n)
  })
})
