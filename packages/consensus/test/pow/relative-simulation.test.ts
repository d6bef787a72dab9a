import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@raistone/testkit'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { bitsToTarget } from '../../src/pow/target.js'
import { VirtualChain } from '../support/virtual-chain.js'
import { honest, longestWait, type MinedBlock, mineUntil, type VirtualMiner } from '../support/virtual-mining.js'

const devnet = loadChain('devnet')
/** A day after devnet's genesis block, so that the way to the first block is no ordinary gap. */
const START = devnet.genesis.header.time + 86_400
const HOUR = 3600
const MINUTE = 60
/** Blocks of an hour at devnet's spacing, give or take what chance does. */
const PER_HOUR = HOUR / devnet.pow.spacingSec
const seeds = [1, 2, 3]
const MEGAHASH = 1_000_000

const withPow = (change: Partial<ChainParams['pow']>): ChainParams => ({ ...devnet, pow: { ...devnet.pow, ...change } })

const withoutGap = withPow({ retarget: { kind: 'relative', halfLifeSec: 60, maxGapSec: 1_000_000 } })
const farFuture = withPow({ futureLimitSec: 2 * HOUR })

/** A chain that has mined for an hour, and time going on. */
class Scene {
  readonly chain: VirtualChain
  nowSec = START

  constructor(
    private readonly random: () => number,
    params: ChainParams = devnet,
  ) {
    this.chain = new VirtualChain(params)
    this.mine(HOUR)
  }

  mine(forSec: number, miners: readonly VirtualMiner[] = [honest(MEGAHASH)]): MinedBlock[] {
    const from = this.nowSec
    this.nowSec += forSec
    return mineUntil(this.chain, miners, from, this.nowSec, this.random)
  }

  sleep(forSec: number): void {
    this.nowSec += forSec
  }

  /** An hour of the usual pace, and nobody waits long. */
  expectUsualHour(found: readonly MinedBlock[] = this.mine(HOUR)): void {
    expect(found.length).toBeGreaterThan(PER_HOUR * 0.9)
    expect(found.length).toBeLessThan(PER_HOUR * 1.1)
    expect(longestWait(found, this.nowSec - HOUR, this.nowSec)).toBeLessThan(2 * MINUTE)
  }
}

describe.each(seeds)('devnet, seed %i', seed => {
  test.each([100_000, MEGAHASH, 20 * MEGAHASH, 1000 * MEGAHASH])(
    'settles to its spacing at %i hashes a second',
    rate => {
      const random = seededRandom(seed)
      const chain = new VirtualChain(devnet)
      const miners = [honest(rate)]
      const atOnce = mineUntil(chain, miners, START, START + MINUTE, random)
      expect(atOnce.length).toBeGreaterThan(30)
      // No more than one a second over its future limit, whatever the machine.
      expect(atOnce.length).toBeLessThanOrEqual(MINUTE + devnet.pow.futureLimitSec + 1)
      mineUntil(chain, miners, START + MINUTE, START + 10 * MINUTE, random)
      const hour = mineUntil(chain, miners, START + 10 * MINUTE, START + 10 * MINUTE + HOUR, random)
      expect(hour.length).toBeGreaterThan(PER_HOUR * 0.95)
      expect(hour.length).toBeLessThan(PER_HOUR * 1.05)
      expect(longestWait(hour, START + 10 * MINUTE, START + 10 * MINUTE + HOUR)).toBeLessThan(MINUTE)
      // Its times are those of the clock again.
      for (const { timeSec, trueSec } of hour.slice(PER_HOUR / 2)) expect(timeSec - trueSec).toBeLessThan(10)
    },
  )

  test('goes on as before after a day switched off', () => {
    const scene = new Scene(seededRandom(seed))
    scene.sleep(24 * HOUR)
    const { length } = scene.mine(MINUTE)
    expect(length).toBeGreaterThan(3)
    expect(length).toBeLessThan(40)
    scene.expectUsualHour()
  })

  test('would race after that day if the whole gap counted', () => {
    const scene = new Scene(seededRandom(seed), withoutGap)
    scene.sleep(24 * HOUR)
    expect(scene.mine(MINUTE).length).toBeGreaterThan(60)
  })

  test('does not mind one block at the future limit', () => {
    const scene = new Scene(seededRandom(seed))
    expect(scene.chain.add(scene.nowSec + devnet.pow.futureLimitSec, scene.nowSec)).toBeUndefined()
    const minutes = scene.mine(10 * MINUTE)
    expect(minutes.length).toBeGreaterThan(90)
    expect(minutes.length).toBeLessThan(150)
    expect(longestWait(minutes, scene.nowSec - 10 * MINUTE, scene.nowSec)).toBeLessThan(MINUTE)
    scene.expectUsualHour()
  })

  test('would nearly stall after one block an hour ahead, which is refused', () => {
    const scene = new Scene(seededRandom(seed), farFuture)
    expect(scene.chain.add(scene.nowSec + HOUR, scene.nowSec)).toBeUndefined()
    expect(scene.mine(HOUR).length).toBeLessThan(PER_HOUR / 5)
    const guarded = new Scene(seededRandom(seed))
    expect(guarded.chain.add(guarded.nowSec + HOUR, guarded.nowSec)).toMatchObject({
      rule: 'time-too-new',
      cause: 'early',
    })
    guarded.expectUsualHour()
  })

  test('keeps its pace while one half of the miners has its clock set back an hour, and after it is right again', () => {
    const scene = new Scene(seededRandom(seed))
    const late = (trueSec: number): number => Math.floor(trueSec) - HOUR
    const half = honest(MEGAHASH / 2)
    // It waits, for the tip is in its future.
    const waiting = scene.mine(HOUR, [half, honest(MEGAHASH / 2, late)])
    expect(waiting.every(({ miner }) => miner === half)).toBe(true)
    scene.expectUsualHour(waiting)
    // It does not wait: its blocks are as early as the rules allow.
    scene.expectUsualHour(scene.mine(HOUR, [half, { ...honest(MEGAHASH / 2, late), careless: true }]))
    scene.expectUsualHour()
  })

  test('mines on alone with a clock set back an hour that goes on from the tip, and would wait with one that does not', () => {
    const scene = new Scene(seededRandom(seed))
    const [since, tip] = [scene.nowSec, scene.chain.tip.header.time]
    const onwards = (trueSec: number): number => tip + Math.floor(trueSec - since)
    scene.expectUsualHour(scene.mine(HOUR, [honest(MEGAHASH, onwards)]))
    const setBack = scene.mine(HOUR / 2, [honest(MEGAHASH, trueSec => Math.floor(trueSec) - HOUR)])
    expect(setBack).toEqual([])
  })

  test('keeps its pace when a lone miner swings its timestamps', () => {
    const scene = new Scene(seededRandom(seed))
    let late = false
    const swinging: VirtualMiner = {
      ...honest(MEGAHASH),
      stamp: (chain, nowSec) => {
        late = !late
        return late ? Math.max(chain.earliestSec, nowSec + devnet.pow.futureLimitSec) : chain.earliestSec
      },
    }
    scene.expectUsualHour(scene.mine(HOUR, [swinging]))
    const random = seededRandom(seed)
    const anyTime: VirtualMiner = {
      ...honest(MEGAHASH),
      stamp: (chain, nowSec) => {
        const span = nowSec + devnet.pow.futureLimitSec - chain.earliestSec
        return chain.earliestSec + Math.floor(random() * (span + 1))
      },
    }
    scene.expectUsualHour(scene.mine(HOUR, [anyTime]))
    scene.expectUsualHour()
  })

  test('is slowed only by whoever keeps its clock still, and only while it does', () => {
    const scene = new Scene(seededRandom(seed))
    const still: VirtualMiner = { ...honest(MEGAHASH), stamp: chain => chain.earliestSec }
    expect(scene.mine(HOUR, [still]).length).toBeLessThan(PER_HOUR)
    scene.mine(HOUR)
    scene.expectUsualHour()
  })

  test('goes on when nine of ten miners leave, and when they come back', () => {
    const scene = new Scene(seededRandom(seed))
    const few = scene.mine(10 * MINUTE, [honest(MEGAHASH / 10)])
    expect(longestWait(few, scene.nowSec - 10 * MINUTE, scene.nowSec)).toBeLessThan(5 * MINUTE)
    expect(few.length).toBeGreaterThan(40)
    scene.expectUsualHour(scene.mine(HOUR, [honest(MEGAHASH / 10)]))
    expect(scene.mine(10 * MINUTE).length).toBeLessThan(200)
    scene.expectUsualHour()
  })

  test('gives no times that make it race: so many blocks cost as much difficulty as time has not passed', () => {
    const random = seededRandom(seed)
    const scene = new Scene(seededRandom(seed))
    const { halfLifeSec } = devnet.pow.retarget as { readonly halfLifeSec: number }
    const [from, height] = [scene.chain.tip.header.time, scene.chain.tip.height]
    const before = Number(bitsToTarget(scene.chain.tip.header.bits))
    for (let i = 0; i < 500; i++) {
      const stepSec = random() < 0.1 ? 1 + Math.floor(random() * 200) : 1 + Math.floor(random() * 8)
      const timeSec = scene.chain.tip.header.time + stepSec
      expect(scene.chain.add(timeSec, timeSec)).toBeUndefined()
      // The tip's bits follow from the time of the block before it.
      const passed = (scene.chain.tip.parent?.header.time ?? 0) - from
      const blocks = scene.chain.tip.height - height - 1
      const most = 2 ** ((passed - blocks * devnet.pow.spacingSec) / halfLifeSec)
      const slack = 1.001 ** (blocks + 1) * 2
      expect(Number(bitsToTarget(scene.chain.tip.header.bits)) / before).toBeLessThan(most * slack)
    }
  })
})
