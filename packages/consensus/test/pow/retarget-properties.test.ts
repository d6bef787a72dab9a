import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ChainParams, Retarget } from '../../src/params/chain-params.js'
import type { PowAncestor } from '../../src/pow/ancestor.js'
import { asertTarget, bitcoinTarget, nextBits } from '../../src/pow/retarget.js'
import { bitsToTarget, readCompact, targetToBits, workOfBits } from '../../src/pow/target.js'
import { bitcoinChain } from '../support/bitcoin-chains.js'

const { pow } = bitcoinChain('mainnet')
const { limit, spacingSec } = pow
const INTERVAL = 2016
const INTERVAL_SEC = INTERVAL * spacingSec
const HALF_LIFE_SEC = 172_800
const YEAR_SEC = 31_536_000

const target = fc.bigInt(1n, limit)
const anyTarget = fc.bigInt(0n, 2n ** 256n - 1n)
/** Also what no honest chain takes: the last block of an interval may be earlier than the first. */
const span = fc.integer({ min: -INTERVAL_SEC, max: 40 * INTERVAL_SEC })

describe('bitcoin', () => {
  /** Bits after an interval that began and ended with these bits, its last block `spanSec` after its first. */
  function afterInterval(
    bits: number,
    spanSec: number,
    change: Partial<Extract<Retarget, { kind: 'bitcoin' }>> = {},
  ): number {
    const retarget: Retarget = {
      kind: 'bitcoin',
      intervalBlocks: INTERVAL,
      allowMinDifficulty: false,
      enforceBip94: false,
      ...change,
    }
    const params: Pick<ChainParams, 'pow'> = { pow: { ...pow, retarget } }
    const first: PowAncestor = { time: 2 * INTERVAL_SEC, bits, height: 0, parent: undefined }
    const last: PowAncestor = {
      time: first.time + spanSec,
      bits,
      height: INTERVAL - 1,
      parent: undefined,
      skip: first,
    }
    return nextBits(last, last.time + spacingSec, params)
  }

  test('the target is never above the limit, and never moves by more than a factor of 4', () => {
    fc.assert(
      fc.property(target, span, fc.boolean(), fc.boolean(), (old, spanSec, allowMinDifficulty, enforceBip94) => {
        const bits = targetToBits(old)
        const next = bitsToTarget(afterInterval(bits, spanSec, { allowMinDifficulty, enforceBip94 }))
        const base = bitsToTarget(bits)
        expect(next).toBeLessThanOrEqual(limit)
        expect(next).toBeLessThanOrEqual(4n * base)
        // As bits, a target loses what is behind its three leading bytes.
        expect(next).toBe(bitsToTarget(targetToBits(next)))
        expect(4n * (next + (next >> 15n) + 1n)).toBeGreaterThanOrEqual(base)
      }),
    )
  })

  test('a slower interval never makes it harder', () => {
    fc.assert(
      fc.property(target, span, span, (old, a, b) => {
        const [fast, slow] = [Math.min(a, b), Math.max(a, b)]
        const [hard, easy] = [fast, slow].map(sec => bitcoinTarget(old, sec, INTERVAL_SEC, limit)) as [bigint, bigint]
        expect(hard).toBeLessThanOrEqual(easy)
      }),
    )
  })

  test('the right time changes nothing', () => {
    fc.assert(fc.property(target, old => expect(bitcoinTarget(old, INTERVAL_SEC, INTERVAL_SEC, limit)).toBe(old)))
  })
})

describe('asert', () => {
  /** Up to a hundred half-lives off. */
  const schedule = fc
    .record({
      anchorTarget: target,
      heightDiff: fc.integer({ min: 0, max: 5_000_000 }),
      lateSec: fc.integer({ min: -100 * HALF_LIFE_SEC, max: 100 * HALF_LIFE_SEC }),
    })
    .map(({ anchorTarget, heightDiff, lateSec }) => ({
      anchorTarget,
      heightDiff,
      timeDiff: spacingSec * (heightDiff + 1) + lateSec,
      spacingSec,
      halfLifeSec: HALF_LIFE_SEC,
    }))

  test('the target rises with time, falls with height, and stays between 1 and the limit', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 1, max: YEAR_SEC }), (at, more) => {
        const now = asertTarget(at, limit)
        expect(now).toBeGreaterThanOrEqual(1n)
        expect(now).toBeLessThanOrEqual(limit)
        expect(asertTarget({ ...at, timeDiff: at.timeDiff + more }, limit)).toBeGreaterThanOrEqual(now)
        expect(asertTarget({ ...at, heightDiff: at.heightDiff + more }, limit)).toBeLessThanOrEqual(now)
      }),
    )
  })

  test('depends on how far off the schedule is, not on how long it ran', () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 1, max: 1_000_000 }), (at, blocks) => {
        const later = { ...at, heightDiff: at.heightDiff + blocks, timeDiff: at.timeDiff + blocks * spacingSec }
        expect(asertTarget(later, limit)).toBe(asertTarget(at, limit))
      }),
    )
  })

  test('a half-life more doubles the target', () => {
    fc.assert(
      fc.property(schedule, at => {
        const [once, twice] = [0, HALF_LIFE_SEC].map(sec => asertTarget({ ...at, timeDiff: at.timeDiff + sec }, limit))
        if (once === undefined || twice === undefined || twice >= limit || once <= 1n) return
        // Half-lives are counted in parts of 65,536, rounded towards zero from both sides of the schedule, and the power
        // of two in between is that of a cubic, within 0.013 %.
        const rounding = (once >> 10n) + 2n
        expect(twice).toBeGreaterThanOrEqual(2n * once - rounding)
        expect(twice).toBeLessThanOrEqual(2n * once + rounding)
      }),
    )
  })
})

describe('compact targets', () => {
  test('are the same again after they were targets', () => {
    fc.assert(
      fc.property(anyTarget, value => {
        const bits = targetToBits(value)
        expect(targetToBits(bitsToTarget(bits))).toBe(bits)
        expect(readCompact(bits)).toMatchObject({ negative: false, overflow: false })
      }),
    )
  })

  test('keep the order of targets, and turn it round for work', () => {
    fc.assert(
      fc.property(anyTarget, anyTarget, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        const [hard, easy] = [targetToBits(low), targetToBits(high)]
        expect(bitsToTarget(hard)).toBeLessThanOrEqual(bitsToTarget(easy))
        if (bitsToTarget(hard) > 0n) expect(workOfBits(hard)).toBeGreaterThanOrEqual(workOfBits(easy))
      }),
    )
  })

  test('any four bytes are one target, or none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), bits => {
        const { target: value, negative, overflow } = readCompact(bits)
        expect(value).toBeLessThan(2n ** 256n)
        expect(bitsToTarget(bits)).toBe(negative || overflow ? 0n : value)
        // Written the shortest way it is the same target.
        if (!negative && !overflow) expect(bitsToTarget(targetToBits(value))).toBe(value)
      }),
    )
  })
})
