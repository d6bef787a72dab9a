import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Block, BlockHash } from '@raistone/primitives'
import { killAllProcesses, removeTempDirs, seededRandom, TestProcess, tempDir, withDeadline } from '@raistone/testkit'
import { openLevelStore } from '../../src/store/level.node.js'
import { crashBlocks } from '../support/crash-blocks.js'
import { feed, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const child = fileURLToPath(new URL('../support/crash-child.js', import.meta.url))
const DEADLINE_MS = 20_000

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
})

/** The tip after each of the blocks, in a chain that nobody kills. */
async function tipsAfter(blocks: readonly Block[]): Promise<BlockHash[]> {
  const chain = await openInMemory()
  const tips: BlockHash[] = []
  for (const block of blocks) {
    await feed(chain, [block])
    tips.push(chain.tip.hash)
  }
  await chain.close()
  return tips
}

const tipsTold = (stdout: string): BlockHash[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .filter(line => line.startsWith('tip '))
    .map(line => line.slice(4) as BlockHash)

const start = (dir: string, cacheBytes: number, mostBlocks: number): TestProcess =>
  new TestProcess(process.execPath, [child, dir, String(cacheBytes), String(mostBlocks)], {})

/** Kills the process as soon as it has told the wanted tip, and returns what it told until it was gone. */
async function killAt(
  running: TestProcess,
  wanted: (tip: BlockHash | undefined) => boolean,
): Promise<readonly BlockHash[]> {
  await withDeadline(
    running.line(line => wanted(tipsTold(`${line}\n`)[0])),
    DEADLINE_MS,
    'the tip to kill at',
  )
  const { signal, stdout } = await running.kill()
  expect(signal).toBe('SIGKILL')
  return tipsTold(stdout)
}

/** Opens a copy, so that the folder stays as the kill left it. */
async function stateIn(dir: string) {
  const copy = tempDir()
  await cp(dir, copy, { recursive: true })
  const chain = await openLive(await openLevelStore(copy))
  try {
    return await stateOf(chain)
  } finally {
    await chain.close()
  }
}

/**
 * Index of the block whose tip is waited for, and how many blocks later, or a few more, the process waits for its end:
 * before the next moment.
 */
const moments = [
  // The rival's blocks come next, and the reorganisation with the one at 20.
  { from: 12, upTo: 13, overtime: 8 },
  { from: 27, upTo: 31, overtime: 3 },
]

describe('a process that is killed', () => {
  const blocks = crashBlocks()

  test('is killed around the reorganisation', async () => {
    const tips = await tipsAfter(blocks)
    expect(new Set(tips.slice(13, 20)).size).toBe(1)
    expect(tips[20]).toBe(blocks[20]?.hash)
  })

  test.each([
    ['coins written after each block', 1, 11],
    ['coins in memory', 300_000_000, 12],
  ])('leaves a store that opens and goes on: %s', async (_, cacheBytes, seed) => {
    const random = seededRandom(seed)
    const tips = await tipsAfter(blocks)
    const dir = tempDir()
    for (const { from, upTo, overtime } of moments) {
      const moment = from + Math.floor(random() * (upTo - from + 1))
      const running = start(dir, cacheBytes, moment + overtime)
      const told = await killAt(running, tip => tip !== undefined && tips.indexOf(tip) >= moment)
      const state = await stateIn(dir)
      const at = tips.indexOf(state.bestBlock)
      expect(at).toBeGreaterThanOrEqual(Math.max(...told.map(tip => tips.indexOf(tip))))
      expect(state).toEqual(await stateAfter(blocks.slice(0, at + 1)))
    }
    const last = await start(dir, cacheBytes, Number.POSITIVE_INFINITY).ended
    expect(last).toMatchObject({ code: 0, stderr: '' })
    expect(last.stdout).toMatch(/end\n$/)
    expect(await stateIn(dir)).toEqual(await stateAfter(blocks))
  })
})
