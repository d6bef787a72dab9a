import { expect } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import type { Retarget } from '../../src/params/chain-params.js'
import { nextBits } from '../../src/pow/retarget.js'
import { rulesWith } from '../support/rule-scene.js'
import type { Scene, Theme } from './stage/scene.js'
import type { Stage } from './stage/stage.js'

const { pow } = rulesWith()
const SPACING_SEC = pow.spacingSec
const withRetarget = (retarget: Retarget, spacingSec = SPACING_SEC): Pick<Scene, 'rules' | 'from'> => ({
  rules: rulesWith({ pow: { ...pow, spacingSec, retarget } }),
  from: 'genesis',
})

/** Bitcoin's retargets, every fourth block. */
const INTERVAL = 4
const bitcoin = (change: Partial<Extract<Retarget, { kind: 'bitcoin' }>> = {}): Pick<Scene, 'rules' | 'from'> =>
  withRetarget({ kind: 'bitcoin', intervalBlocks: INTERVAL, allowMinDifficulty: false, enforceBip94: false, ...change })

const tipTime = (stage: Stage): number => stage.tip.header.time

/** A block of this time with the bits of the schedule, or as many steps of the mantissa off. */
function timed(stage: Stage, time: number, off = 0): Block {
  const bits = nextBits(stage.chain.tip, time, stage.params)
  return stage.block({ header: { time, bits: bits + off } })
}

/** Blocks of the schedule's bits, so many seconds apart. */
async function mineEvery(stage: Stage, count: number, seconds: number): Promise<void> {
  for (let i = 0; i < count; i++) await stage.accept(timed(stage, tipTime(stage) + seconds))
}

const bitsOf = ({ header }: Pick<Block, 'header'>): number => header.bits

export const difficulty: Theme = {
  name: 'difficulty',
  scenes: [
    {
      name: 'after an interval that was too short the target is smaller, by a factor of four at most',
      ...bitcoin(),
      play: async stage => {
        await mineEvery(stage, INTERVAL - 1, 1)
        const time = tipTime(stage) + 1
        await stage.refuse(stage.block({ header: { time, bits: bitsOf(stage.tip) } }), 'bad-diffbits', 'header')
        for (const off of [-1, 1]) await stage.refuse(timed(stage, time, off), 'bad-diffbits', 'header')
        await stage.accept(timed(stage, time))
        expect(bitsOf(stage.tip)).toBe(0x201fffff)
        // And stays until the next one.
        await stage.refuse(stage.block({ header: { bits: bitsOf(stage.params.genesis) } }), 'bad-diffbits', 'header')
        await mineEvery(stage, 1, 1)
      },
    },
    {
      name: 'after one that was too long it is larger, up to the limit',
      ...bitcoin(),
      play: async stage => {
        await mineEvery(stage, INTERVAL, 1)
        await mineEvery(stage, INTERVAL - 1, 6 * SPACING_SEC)
        const easier = timed(stage, tipTime(stage) + 1)
        await stage.refuse(stage.block({ header: { bits: bitsOf(stage.tip) } }), 'bad-diffbits', 'header')
        await stage.accept(easier)
        expect(bitsOf(easier)).toBe(0x207ffffc)
        await mineEvery(stage, INTERVAL, 6 * SPACING_SEC)
        expect(bitsOf(stage.tip)).toBe(bitsOf(stage.params.genesis))
      },
    },
    {
      name: 'a branch with fewer blocks and more work is the better one',
      ...bitcoin(),
      play: async stage => {
        await mineEvery(stage, INTERVAL - 2, 1)
        const fork = stage.tip
        // Slow to the end of the interval: easy blocks after it.
        await mineEvery(stage, 1, 10 * SPACING_SEC)
        await mineEvery(stage, 2, 1)
        const easy = stage.tip
        expect(bitsOf(easy)).toBe(bitsOf(fork))
        const third = stage.block({ on: fork })
        const fourth = stage.block({ on: third, header: { bits: 0x201fffff } })
        await stage.store(third)
        await stage.accept(fourth)
        expect(stage.chain.tip.height).toBeLessThan(stage.chain.entry(easy.hash)?.height as number)
      },
    },
    {
      name: 'where blocks are late any may have the limit (testnet3), and the next goes on as before',
      ...bitcoin({ allowMinDifficulty: true }),
      play: async stage => {
        const limit = bitsOf(stage.params.genesis)
        await mineEvery(stage, INTERVAL, 1)
        const regular = bitsOf(stage.tip)
        const at = (time: number, bits: number): Block => stage.block({ header: { time, bits } })
        const late = tipTime(stage) + 2 * SPACING_SEC
        await stage.refuse(at(late, limit), 'bad-diffbits', 'header')
        await stage.refuse(at(late + 1, regular), 'bad-diffbits', 'header')
        await stage.accept(at(late + 1, limit))
        await stage.refuse(at(late + 2, limit), 'bad-diffbits', 'header')
        await stage.accept(at(late + 2, regular))
      },
    },
    {
      name: 'the first block of an interval is at most ten minutes before its parent (BIP94)',
      ...bitcoin({ enforceBip94: true }),
      play: async stage => {
        await mineEvery(stage, INTERVAL - 2, 1)
        await mineEvery(stage, 1, 5000)
        const parent = tipTime(stage)
        await stage.refuse(timed(stage, parent - 601), 'time-timewarp-attack', 'header')
        await stage.accept(timed(stage, parent - 600))
        // Within an interval the median alone decides.
        await mineEvery(stage, 1, 5000)
        await stage.accept(timed(stage, tipTime(stage) - 2000))
      },
    },
    {
      name: 'without BIP94 it may be as early as the median allows',
      ...bitcoin(),
      play: async stage => {
        await mineEvery(stage, INTERVAL - 2, 1)
        await mineEvery(stage, 1, 5000)
        await stage.refuse(timed(stage, stage.medianTimePast), 'time-too-old', 'header')
        await stage.accept(timed(stage, stage.medianTimePast + 1))
      },
    },
    {
      name: 'on a schedule that steps from the parent a block is later than its parent',
      ...withRetarget({ kind: 'relative', halfLifeSec: 60, maxGapSec: 60 }, 5),
      play: async stage => {
        await mineEvery(stage, 8, 5)
        await stage.refuse(timed(stage, tipTime(stage)), 'time-too-old', 'header')
        await stage.refuse(timed(stage, tipTime(stage) - 1), 'time-too-old', 'header')
        await stage.accept(timed(stage, tipTime(stage) + 1))
        // The next target is that of one second instead of five.
        await stage.refuse(stage.block(), 'bad-diffbits', 'header')
        for (const off of [-1, 1]) await stage.refuse(timed(stage, tipTime(stage) + 1, off), 'bad-diffbits', 'header')
        await stage.accept(timed(stage, tipTime(stage) + 1))
      },
    },
    {
      name: 'on an absolute schedule the target follows the lag',
      ...withRetarget({ kind: 'asert', halfLifeSec: 100, anchorHeight: 1 }, 10),
      play: async stage => {
        await mineEvery(stage, 6, 1)
        const ahead = bitsOf(stage.tip)
        await stage.refuse(stage.block(), 'bad-diffbits', 'header')
        for (const off of [-1, 1]) await stage.refuse(timed(stage, tipTime(stage) + 1, off), 'bad-diffbits', 'header')
        await mineEvery(stage, 3, 30)
        expect(bitsOf(stage.tip)).toBeGreaterThan(ahead)
      },
    },
  ],
}
