import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { scriptToAddress } from '@raistone/primitives'
import { removeTempDirs, tempDir, testKey } from '@raistone/testkit'
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
  const datadir = tempDir()
  let offsetMs = 0
  const start = (): Promise<RunningNode> =>
    startTestNode(['--chain=devnet', `--datadir=${datadir}`], {
      log: silentLog,
      clock: { nowMs: () => Date.now() + offsetMs },
    })

  /** Mines, and returns how much later than the tip before the new tip is, in seconds. */
  async function advance({ chain, generate }: RunningNode): Promise<number> {
    const before = chain.tip.header.time
    expect(await generate(2, address)).toHaveLength(2)
    return chain.tip.header.time - before
  }

  test('mines on when its clock is set back, while it runs and while it is off', async () => {
    const first = await start()
    await advance(first)
    offsetMs -= HOUR_MS
    const whileRunning = await advance(first)
    await first.stop()
    const second = await start()
    const afterwards = await advance(second)
    for (const step of [whileRunning, afterwards]) {
      expect(step).toBeGreaterThanOrEqual(2)
      expect(step).toBeLessThan(60)
    }
  }, 30_000)

  test('is on time again after a day switched off', async () => {
    offsetMs += 25 * HOUR_MS
    const node = await start()
    expect(await advance(node)).toBeGreaterThan(23 * 3600)
    expect(Math.abs(node.chain.tip.header.time - (Date.now() + offsetMs) / 1000)).toBeLessThan(60)
    expect(node.chain.tip.header.bits).toBe(node.params.genesis.header.bits)
  }, 30_000)
})
