import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Chain, type ChainOptions, openStore, StoreError } from '@raistone/consensus'
import { openLevelDatabases } from '@raistone/consensus/level'
import type { BlockHash } from '@raistone/primitives'
import { type Ended, killAllProcesses, removeTempDirs, seededRandom, TestProcess, tempDir } from '@raistone/testkit'
import { everyNth, inTurn } from '../crash/cases.js'
import { expectPruned, expectSound, tipsTold } from '../crash/check.js'
import { proveDisks } from '../crash/disk-scenes.js'
import { expectHealed, flip, flipsIn } from '../crash/flip.js'
import { copyDatabases } from '../crash/folder-copy.js'
import { proveIndexes } from '../crash/index-scenes.js'
import { proveNodes } from '../crash/node-scenes.js'
import { PowerCut } from '../crash/power-cut.js'
import { feedFolder, openFolder, smallLevel, submit, writeBlocks } from '../crash/setting.js'
import { tellStory } from '../crash/story.js'
import { type AroundWrite, watchWrites } from '../crash/watched.js'
import { isQuick, SEED, writeFigures } from '../proof.js'

const child = fileURLToPath(new URL('../crash/child.js', import.meta.url))
const HOUR_MS = 3_600_000

/** One process beside the one that looks at what the others left. */
const AT_ONCE = 2

const random = seededRandom(SEED)
const story = tellStory(SEED, 500)
const figures: Record<string, unknown> = { blocks: story.blocks.length, reorganisations: story.reorganisations }
let file: string

beforeAll(() => {
  file = join(tempDir(), 'blocks')
  writeBlocks(file, story.blocks)
})

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
  writeFigures(figures)
})

/** Memory for coins, bytes of blocks that are written together, and what is kept of the blocks. */
type Sizes = Pick<ChainOptions, 'cacheBytes' | 'groupBytes' | 'prune'>

/** Coins are flushed every few blocks, and several blocks are written together. */
const middling: Sizes = { cacheBytes: 50_000, groupBytes: 1_500 }

const run = (dir: string, sizes: Sizes, when = 'never', write = 0, indexes?: 'indexed'): TestProcess => {
  const words = [dir, file, JSON.stringify(sizes), when, String(write), indexes ?? []].flat()
  return new TestProcess(process.execPath, [child, ...words], {})
}

async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = tempDir()
  const result = await use(dir)
  rmSync(dir, { recursive: true, force: true })
  return result
}

async function countWrites(sizes: Sizes): Promise<number> {
  const { code, stdout, stderr } = await run(tempDir(), sizes).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return Number(/end (\d+)\n$/.exec(stdout)?.[1])
}

test(
  `a process that ends itself before and after the n-th write of ${story.blocks.length} blocks (seed ${SEED})`,
  async () => {
    const writes = await countWrites(middling)
    const numbers = everyNth(writes, isQuick ? 40 : 1, random)
    const states = new Set<number>()
    const cases = numbers.flatMap(write => ['before', 'after'].map(when => ({ write, when })))
    await inTurn(cases, AT_ONCE, ({ write, when }) =>
      withFolder(async dir => {
        const { signal, stdout } = await run(dir, middling, when, write).ended
        expect({ write, when, signal }).toEqual({ write, when, signal: 'SIGKILL' })
        states.add(await expectSound(dir, story, tipsTold(stdout)))
      }),
    )
    const tips = new Set(story.tips).size
    figures.writes = { ofTheRun: writes, endedAt: cases.length, differentStates: states.size, tipsOfTheStory: tips }
    // Whoever ends everywhere leaves nearly every tip there is.
    expect(states.size).toBeGreaterThan(isQuick ? cases.length / 10 : 0.9 * tips)
  },
  HOUR_MS,
)

/**
 * What a process may be killed in the middle of; `prepare` makes the folder it begins in. A kind of work that the ledger
 * learns later is one more row.
 */
interface Scene {
  readonly name: string
  readonly sizes: Sizes
  readonly prepare?: (dir: string) => Promise<void>
  /** What is looked at besides tip and coins. */
  readonly look?: (chain: Chain) => Promise<void>
  /** The process keeps indexes. */
  readonly indexes?: 'indexed'
}

const large: Sizes = { cacheBytes: 100_000_000, groupBytes: 8_000_000 }

/** So little of the story may stay that blocks are removed again and again, but what its deepest reorganisation needs. */
const pruned = { ...middling, prune: { keep: 20, targetBytes: 50_000 } }

const scenes: readonly Scene[] = [
  { name: 'import', sizes: large },
  { name: 'import and flush', sizes: middling },
  { name: 'flush after every block', sizes: { cacheBytes: 1, groupBytes: 1 } },
  { name: 'replay', sizes: middling, prepare: dir => leaveBehind(dir, 'replay') },
  { name: 'rebuild', sizes: middling, prepare: dir => leaveBehind(dir, 'rebuild') },
  { name: 'reindex', sizes: middling, prepare: askReindex },
  { name: 'prune', sizes: pruned, look: chain => expectPruned(chain, story, pruned.prune.keep) },
  { name: 'import with indexes', sizes: middling, indexes: 'indexed' },
  { name: 'index building', sizes: large, indexes: 'indexed', prepare: tellAll },
]

/** The whole story's blocks. */
async function tellAll(dir: string): Promise<void> {
  const chain = await openFolder(dir)
  await submit(chain, story.blocks)
  await chain.close()
}

/** The whole story's blocks, and coins that are behind them or of which there are none. */
async function leaveBehind(dir: string, what: 'replay' | 'rebuild'): Promise<void> {
  const behind = await openFolder(dir)
  await submit(behind, story.blocks.slice(0, story.blocks.length / 3))
  await behind.close()
  cpSync(join(dir, 'chainstate'), join(dir, 'kept'), { recursive: true })
  await tellAll(dir)
  rmSync(join(dir, 'chainstate'), { recursive: true })
  if (what === 'replay') renameSync(join(dir, 'kept'), join(dir, 'chainstate'))
}

/** The whole story's blocks, of which everything is to be made again. */
async function askReindex(dir: string): Promise<void> {
  await tellAll(dir)
  const store = await openStore(await openLevelDatabases(dir, smallLevel))
  await store.requestReindex()
  await store.close()
}

/** Kills a process at some moment of its work, the opening of the folder included. */
async function killSomewhere(dir: string, { sizes, indexes }: Scene, lastMs: number): Promise<Ended> {
  const running = run(dir, sizes, 'wait', 0, indexes)
  await running.line(line => line === 'begin')
  await setTimeout(random() * lastMs)
  return running.kill()
}

test(
  `SIGKILL at random moments of ${scenes.map(({ name }) => name).join(', ')}`,
  async () => {
    const each = isQuick ? 1 : 40
    const kills: Record<string, { kills: number; differentStates: number; killedWhileOpening: number }> = {}
    for (const scene of scenes) {
      const { name, sizes, indexes, look } = scene
      const template = tempDir()
      await scene.prepare?.(template)
      const begin = async (dir: string): Promise<void> => cpSync(template, dir, { recursive: true })
      const lastMs = await withFolder(async dir => {
        await begin(dir)
        const running = run(dir, sizes, 'wait', 0, indexes)
        await running.line(line => line === 'begin')
        const startedMs = performance.now()
        await running.line(line => line.startsWith('end'))
        await running.kill()
        return performance.now() - startedMs
      })
      const states = new Set<number>()
      let killedWhileOpening = 0
      await inTurn(everyNth(each, 1, random), AT_ONCE, () =>
        withFolder(async dir => {
          await begin(dir)
          const { signal, stdout } = await killSomewhere(dir, scene, lastMs)
          expect(signal).toBe('SIGKILL')
          if (!stdout.includes('open')) killedWhileOpening++
          states.add(await expectSound(dir, story, tipsTold(stdout), { prune: sizes.prune }, look && { look }))
        }),
      )
      expect(states.size).toBeGreaterThan(0)
      kills[name] = { kills: each, differentStates: states.size, killedWhileOpening }
    }
    figures.kills = kills
  },
  HOUR_MS,
)

test(
  'a loss of power: each log is cut anywhere behind what was synced',
  async () => {
    const wanted = isQuick ? 6 : 500
    const runs = isQuick ? [middling] : [middling, { cacheBytes: 1, groupBytes: 1 }]
    let cuts = 0
    const states = new Set<number>()
    for (const sizes of runs) {
      const share = wanted / runs.length / (await countWrites(sizes))
      await withFolder(async dir => {
        const told: BlockHash[] = []
        const power = new PowerCut(dir, random, async cut => {
          for (let chance = share; chance > random(); chance--) {
            await withFolder(async copy => {
              cut(copy)
              states.add(await expectSound(copy, story, told.slice(-1)))
            })
            cuts++
          }
        })
        const chain = await openFolder(dir, sizes, watchWrites(power.around))
        chain.events.on('tip', ({ entry }) => told.push(entry.hash))
        await submit(chain, story.blocks)
        await chain.close()
      })
    }
    figures.powerCuts = { cuts, differentStates: states.size }
  },
  HOUR_MS,
)

describe('a write that fails', () => {
  const few = tellStory(SEED + 1, isQuick ? 40 : 200)

  /** Whether there was an n-th write to fail; `written` says whether it was done all the same. */
  const failAt = (n: number, written: boolean): Promise<boolean> =>
    withFolder(async dir => {
      let left = n
      const told: BlockHash[] = []
      const around: AroundWrite = async write => {
        const fails = --left === 0
        if (!fails || written) await write()
        if (fails) throw new StoreError('failed', 'no luck')
      }
      const failure = await feedFolder(openFolder(dir, middling, watchWrites(around)), few.blocks, told)
      if (failure) expect(failure.message).toBe('no luck')
      await expectSound(dir, few, told)
      return failure !== undefined
    })

  test.each([
    ['rejected', false],
    ['done and then rejected', true],
  ])(
    'is %s, at any place',
    async (name, written) => {
      let writes = 0
      const step = isQuick ? 12 : 1
      while (await failAt(writes + 1, written)) writes += step
      expect(writes).toBeGreaterThan(few.blocks.length / 10)
      figures[`writes ${name}`] = Math.ceil(writes / step)
    },
    HOUR_MS,
  )
})

proveDisks(isQuick ? tellStory(SEED + 1, 60) : story, figures, isQuick)

proveNodes(figures, isQuick, random)

proveIndexes(story, (dir, when, write) => run(dir, large, when, write, 'indexed'), figures, isQuick, random)

describe('one flipped bit', () => {
  /** The story's folder, closed as it should be or as it is after a kill. */
  async function tell(dir: string, clean: boolean): Promise<void> {
    const writing = clean ? dir : tempDir()
    const chain = await openFolder(writing, middling)
    await submit(chain, story.blocks)
    if (!clean) copyDatabases(writing, dir)
    await chain.close()
  }

  test.each([
    ['that was closed', true],
    ['whose process was killed', false],
  ])(
    'in any file of a ledger %s',
    async (name, clean) => {
      const template = tempDir()
      await tell(template, clean)
      const outcomes: Record<string, Record<string, number>> = {}
      await inTurn(flipsIn(template, isQuick ? 1 : 50, random), 1, one =>
        withFolder(async dir => {
          cpSync(template, dir, { recursive: true })
          flip(dir, one)
          const outcome = await expectHealed(dir, story).catch(error => {
            throw new Error(`bit ${one.bit} of ${one.path}`, { cause: error })
          })
          outcomes[one.kind] = { ...outcomes[one.kind], [outcome]: (outcomes[one.kind]?.[outcome] ?? 0) + 1 }
        }),
      )
      figures[`flips, ledger ${name}`] = outcomes
    },
    HOUR_MS,
  )
})
