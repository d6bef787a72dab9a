import { afterEach, describe, expect, test } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { listen, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const opened: Chain[] = []
afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close()
  removeTempDirs()
})

/** Fewer than the usual 288. */
const KEPT_BLOCKS = 20
const main = new Branch(1).mineBusy(12).mine(KEPT_BLOCKS + 28)
const states = stateAfter(main.blocks)
const stale = main.fork(2, main.blocks.length - 5).mine(3)

/** A store that can be opened again and again. */
const kinds: readonly (readonly [string, () => Promise<() => Promise<ChainStore>>])[] = [
  [
    'in LevelDB',
    async () => {
      const dir = tempDir()
      return () => openLevelStore(dir)
    },
  ],
  [
    'in memory',
    async () => {
      const disk = await FailingDisk.create()
      return () => disk.openStore()
    },
  ],
]

async function open(store: Promise<ChainStore>, options: ChainOptions): Promise<Chain> {
  const chain = await openLive(await store, options)
  opened.push(chain)
  return chain
}

async function closeLast(): Promise<void> {
  await opened.pop()?.close()
}

/** All at once, so that few writes are waited for. */
const feed = async (chain: Chain, blocks: readonly Block[]): Promise<string[]> =>
  (await Promise.all(blocks.map(({ raw }) => chain.submitBlock(raw)))).map(
    ({ reject, ...answer }) => reject?.rule ?? ('state' in answer ? answer.state : ''),
  )

const manual: ChainOptions = { prune: { keep: KEPT_BLOCKS } }
const has = async (chain: Chain, blocks: readonly Block[]): Promise<boolean[]> =>
  Promise.all(blocks.map(async ({ hash }) => (await chain.blockBytes(hash)) !== undefined))

describe.each(kinds)('a chain whose old blocks are removed, %s', (_, prepare) => {
  test('forgets blocks and undo data up to a height, of all branches, and nothing else, also after opening again', async () => {
    const reopen = await prepare()
    let chain = await open(reopen(), manual)
    await feed(chain, [...main.blocks.slice(0, 8), ...stale.blocks.slice(5), ...main.blocks.slice(8)])
    expect(await chain.prune(20)).toBe(20)
    for (let round = 0; round < 2; round++) {
      expect(chain.prunedTo).toBe(20)
      expect(new Set(await has(chain, [...main.blocks.slice(0, 20), ...stale.blocks.slice(5)]))).toEqual(
        new Set([false]),
      )
      expect(new Set(await has(chain, main.blocks.slice(20)))).toEqual(new Set([true]))
      expect(await chain.spentCoins(main.blocks[10]!.hash)).toBeUndefined()
      expect(chain.entryAt(10)).toMatchObject({
        hash: main.blocks[9]!.hash,
        data: false,
        txCount: main.blocks[9]!.transactions.length,
      })
      expect(chain.missingBlocks(10)).toEqual([])
      // They were here: nobody needs them again.
      expect(await feed(chain, main.blocks.slice(4, 6))).toEqual(['duplicate', 'duplicate'])
      expect(await stateOf(chain)).toEqual(await states)
      await closeLast()
      chain = await open(reopen(), manual)
    }
  })

  test('keeps enough for a reorganisation, whatever it is told', async () => {
    const reopen = await prepare()
    let chain = await open(reopen(), manual)
    await feed(chain, main.blocks)
    const limit = main.blocks.length - KEPT_BLOCKS
    expect(await chain.prune(1_000_000)).toBe(limit)
    await closeLast()
    chain = await open(reopen(), manual)
    const rival = main.fork(3, KEPT_BLOCKS).mine(KEPT_BLOCKS + 1)
    await feed(chain, rival.blocks.slice(limit))
    expect(chain.tip.hash).toBe(rival.tip.hash)
    expect(await stateOf(chain)).toEqual(await stateAfter(rival.blocks))
  })

  test('removes by itself what is more than its target', async () => {
    const reopen = await prepare()
    const chain = await open(reopen(), { prune: { keep: KEPT_BLOCKS, targetBytes: 10_000 } })
    const told = listen(chain)
    await feed(chain, main.blocks)
    expect(chain.prunedTo).toBeGreaterThan(0)
    expect(chain.prunedTo).toBeLessThanOrEqual(main.blocks.length - KEPT_BLOCKS)
    expect(told.filter(word => word.startsWith('+'))).toEqual(main.blocks.map(({ hash }) => `+${hash}`))
    expect(await stateOf(chain)).toEqual(await states)
  })

  test('asks for all blocks again when the coins must be made anew', async () => {
    const reopen = await prepare()
    let chain = await open(reopen(), manual)
    await feed(chain, main.blocks)
    await chain.prune(20)
    await closeLast()
    const store = await reopen()
    await store.requestRebuild()
    chain = await open(Promise.resolve(store), manual)
    expect(chain.tip.height).toBe(0)
    expect(chain.bestHeader.hash).toBe(main.tip.hash)
    const missing = chain.missingBlocks(1000).map(({ height }) => height)
    expect(missing).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    await feed(chain, main.blocks.slice(0, 20))
    expect(chain.tip.hash).toBe(main.tip.hash)
    expect(await stateOf(chain)).toEqual(await states)
  })
})

test('288 blocks are kept where nothing else is said', async () => {
  const long = new Branch(1).mine(290)
  const chain = await open(openMemoryStore(), { prune: {} })
  await feed(chain, long.blocks)
  expect(await chain.prune(100)).toBe(2)
})

test('a removal that is interrupted has happened or has not', async () => {
  for (let writes = 0; writes < 6; writes++) {
    const disk = await FailingDisk.create()
    const chain = await openLive(await disk.openStore(), manual)
    await feed(chain, main.blocks)
    disk.writesLeft = writes
    await chain.prune(20).catch(() => undefined)
    await chain.close().catch(() => undefined)
    disk.writesLeft = Number.POSITIVE_INFINITY
    const again = await openLive(await disk.openStore(), manual)
    expect([0, 20]).toContain(again.prunedTo)
    expect(await has(again, main.blocks.slice(0, 22))).toEqual(
      Array.from({ length: 22 }, (_, i) => i >= again.prunedTo),
    )
    expect(await stateOf(again)).toEqual(await states)
    await again.close()
  }
})
