import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type BlockEntry, bitsToTarget, nextBits } from '@raistone/consensus'
import { scriptToAddress } from '@raistone/primitives'
import { buildBlock, entryParent, removeTempDirs, tempDir, testKey } from '@raistone/testkit'
import { type RunningNode, silentLog } from '../src/index.js'
import { SteadyClock } from '../src/steady-clock.js'
import { startTestNode, stopTestNodes } from './in-process.js'

const HOUR_MS = 3_600_000
const START_MS = 1_700_000_000_000

afterEach(stopTestNodes)
afterAll(removeTempDirs)

/** A machine whose clock and whose count of milliseconds are set by hand. */
function machine() {
  const at = { timeMs: START_MS, countMs: 50 }
  const clock = new SteadyClock({ nowMs: () => at.timeMs }, () => at.countMs)
  const pass = (ms: number): void => {
    at.timeMs += ms
    at.countMs += ms
  }
  const set = (ms: number): void => {
    at.timeMs += ms
  }
  return { clock, pass, set }
}

describe('the ledger’s clock', () => {
  test('is the machine’s, either way, as long as no block has come', () => {
    const { clock, pass, set } = machine()
    pass(10)
    expect(clock.nowMs()).toBe(START_MS + 10)
    set(-HOUR_MS)
    expect(clock.nowMs()).toBe(START_MS + 10 - HOUR_MS)
  })

  test('goes on from the last block when the machine’s is set back an hour', () => {
    const { clock, pass, set } = machine()
    clock.mark()
    pass(5_000)
    set(-HOUR_MS)
    expect(clock.nowMs()).toBe(START_MS + 5_000)
    pass(5_000)
    clock.mark()
    expect(clock.nowMs()).toBe(START_MS + 10_000)
    set(-HOUR_MS)
    pass(1_000)
    expect(clock.nowMs()).toBe(START_MS + 11_000)
  })

  test('follows the machine’s forwards, and again when that has caught up', () => {
    const { clock, pass, set } = machine()
    clock.mark()
    set(HOUR_MS)
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS)
    set(-2 * HOUR_MS)
    pass(1_000)
    expect(clock.nowMs()).toBe(START_MS + 1_000)
    set(3 * HOUR_MS)
    expect(clock.nowMs()).toBe(START_MS + 2 * HOUR_MS + 1_000)
  })

  test('goes on from a chain that is ahead of the machine', () => {
    const { clock, pass } = machine()
    clock.resume(START_MS / 1000 + 7200)
    expect(clock.nowMs()).toBe(START_MS + 2 * HOUR_MS)
    pass(1_500)
    expect(clock.nowMs()).toBe(START_MS + 2 * HOUR_MS + 1_500)
    clock.mark()
    pass(500)
    expect(clock.nowMs()).toBe(START_MS + 2 * HOUR_MS + 2_000)
  })
})

describe('a devnet node', () => {
  const address = scriptToAddress(testKey(1).scripts.p2tr, { pubkeyHash: 0, scriptHash: 0, hrp: 'rdev' }) as string
  let datadir: string
  let offsetMs: number
  const nowMs = (): number => Date.now() + offsetMs
  const start = (): Promise<RunningNode> =>
    startTestNode(['--chain=devnet', `--datadir=${datadir}`], { log: silentLog, clock: { nowMs } })

  beforeEach(() => {
    datadir = tempDir()
    offsetMs = 0
  })

  /** Mines, and returns how much later than the tip before the new tip is, in seconds. */
  async function advance({ chain, generate }: RunningNode, blocks = 2): Promise<number> {
    const before = chain.tip.header.time
    expect(await generate(blocks, address)).toHaveLength(blocks)
    return chain.tip.header.time - before
  }

  const targetOf = (entry: BlockEntry): number => Number(bitsToTarget(entry.header.bits))

  /** One gap of 60 s in place of 5 s eases by 55 of the half-life's 60; a block a second later hardens by 4 of 60. */
  const [MOST_EASIER, MOST_HARDER] = [55 / 60 + 0.01, -4 / 60 - 0.01]

  /** No block after `from` made a wider step of difficulty than one gap allows: the chain neither races nor stalls. */
  function expectSteady({ chain }: RunningNode, from: number): void {
    for (let height = from + 1; height <= chain.tip.height; height++) {
      const [before, after] = [height - 1, height].map(at => targetOf(chain.entryAt(at) as BlockEntry)) as [
        number,
        number,
      ]
      const step = Math.log2(after / before)
      expect(step).toBeLessThanOrEqual(MOST_EASIER)
      expect(step).toBeGreaterThanOrEqual(MOST_HARDER)
    }
  }

  test('mines on when its clock is set back, while it runs and while it is off', async () => {
    const first = await start()
    await advance(first)
    const { height } = first.chain.tip
    offsetMs -= HOUR_MS
    const whileRunning = await advance(first)
    await first.stop()
    const second = await start()
    const afterwards = await advance(second)
    for (const step of [whileRunning, afterwards]) {
      expect(step).toBeGreaterThanOrEqual(2)
      expect(step).toBeLessThan(60)
    }
    expectSteady(second, height)
  }, 30_000)

  test('is on time again after a day switched off, which counts as one long gap', async () => {
    const first = await start()
    await advance(first, 6)
    const { height } = first.chain.tip
    await first.stop()
    offsetMs += 24 * HOUR_MS
    const second = await start()
    expect(await advance(second, 6)).toBeGreaterThan(23 * 3600)
    expect(Math.abs(second.chain.tip.header.time - nowMs() / 1000)).toBeLessThan(60)
    expectSteady(second, height)
  }, 30_000)

  test('mines on after a block at the future limit, a second of chain for each second that passes', async () => {
    const node = await start()
    await advance(node)
    const { chain, params } = node
    const { tip } = chain
    const time = Math.floor(nowMs() / 1000) + params.pow.futureLimitSec
    const bits = nextBits(tip, time, params)
    const ahead = buildBlock(params, entryParent(tip), { header: { time, bits } })
    expect(await chain.submitBlock(ahead.raw)).toMatchObject({ state: 'connected' })
    for (let block = 0; block < 3; block++) {
      offsetMs += 1000
      expect(await advance(node, 1)).toBe(1)
      expect(chain.tip.header.time).toBeLessThanOrEqual(nowMs() / 1000 + params.pow.futureLimitSec)
    }
    expectSteady(node, tip.height)
  }, 30_000)
})
