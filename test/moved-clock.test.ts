import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type BlockEntry, bitsToTarget, nextBits } from '@raistone/consensus'
import { configFromWords, type RunningNode, silentLog, startNode } from '@raistone/node'
import { buildBlock, entryParent, withDeadline } from '@raistone/testkit'

const ADDRESS = 'rdev1p6lnkkpxkp689kf5k495nvvvle4uyjsfts8y78u4munnxgf0sugssz3tt5e'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** How far the clock that the node is given is from the machine's. */
let offsetMs: number
let folder: string
let node: RunningNode

beforeEach(async () => {
  offsetMs = 0
  folder = mkdtempSync(join(tmpdir(), 'raistone-clock-'))
  node = await startMining()
})

afterEach(async () => {
  await node.stop()
  rmSync(folder, { recursive: true })
})

const nowMs = (): number => Date.now() + offsetMs

function start(...words: readonly string[]): Promise<RunningNode> {
  const config = configFromWords([
    '--chain=devnet',
    `--datadir=${folder}`,
    '--port=0',
    '--server=0',
    '--par=1',
    ...words,
  ])
  return startNode(config, { log: silentLog, clock: { nowMs } })
}

const startMining = (): Promise<RunningNode> => start('--mine', `--mine-to=${ADDRESS}`)

/** The chain has grown by so many blocks since it was asked. */
function grown(by: number): Promise<void> {
  const { chain } = node
  const goal = chain.tip.height + by
  const reached = new Promise<void>(resolve => {
    const off = chain.events.on('tip', ({ entry }) => {
      if (entry.height < goal) return
      off()
      resolve()
    })
  })
  return withDeadline(reached, 20_000, `height ${goal}`)
}

const targetOf = ({ header }: BlockEntry): number => Number(bitsToTarget(header.bits))

/** The widest steps that the target took from block to block after `from`, as exponents of two. */
function steps(from: number): { easier: number; harder: number } {
  const { chain } = node
  let easier = 0
  let harder = 0
  for (let height = from + 1; height <= chain.tip.height; height++) {
    const step = Math.log2(
      targetOf(chain.entryAt(height) as BlockEntry) / targetOf(chain.entryAt(height - 1) as BlockEntry),
    )
    easier = Math.max(easier, step)
    harder = Math.min(harder, step)
  }
  return { easier, harder }
}

/** One gap of 60 s in place of 5 s eases by 55 of 60 seconds' half-life; a block a second later hardens by 4 of 60. */
const MOST_EASIER = 55 / 60 + 0.01
const MOST_HARDER = -4 / 60 - 0.01

function expectSteady(from: number): void {
  const { easier, harder } = steps(from)
  expect(easier).toBeLessThanOrEqual(MOST_EASIER)
  expect(harder).toBeGreaterThanOrEqual(MOST_HARDER)
}

test('a day switched off counts as one long gap, and no block makes up for it', async () => {
  await grown(20)
  await node.stop()
  offsetMs += DAY_MS
  node = await startMining()
  const { height, header } = node.chain.tip
  const eased = targetOf(node.chain.tip)
  await grown(12)
  expect((node.chain.entryAt(height + 1) as BlockEntry).header.time - header.time).toBeGreaterThan(86_000)
  expectSteady(height)
  // The one gap is taken back by the blocks that follow it, at the pace any lucky block is.
  expect(targetOf(node.chain.tip)).toBeLessThan(eased * 2 ** MOST_EASIER)
}, 60_000)

test('a clock set back an hour, running or stopped, neither stalls nor races the chain', async () => {
  await grown(20)
  const { height } = node.chain.tip
  offsetMs -= HOUR_MS
  await grown(6)
  await node.stop()
  node = await startMining()
  await grown(4)
  expectSteady(height)
}, 60_000)

test('after a block at the future limit the next ones come, none beyond the limit', async () => {
  await grown(10)
  await node.stop()
  node = await start()
  const { params } = node
  const { futureLimitSec } = params.pow
  const { tip } = node.chain
  const time = Math.floor(nowMs() / 1000) + futureLimitSec
  const bits = nextBits(tip, time, params)
  const ahead = buildBlock(params, entryParent(tip), { header: { time, bits } })
  expect(await node.chain.submitBlock(ahead.raw)).toMatchObject({ state: 'connected' })
  await node.stop()
  node = await startMining()
  await grown(3)
  expect(node.chain.tip.header.time).toBeLessThanOrEqual(nowMs() / 1000 + futureLimitSec)
  expectSteady(tip.height)
}, 60_000)
