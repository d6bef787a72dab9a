import { describe, expect, test } from '@jest/globals'
import type { Block, BlockHash } from '@raistone/primitives'
import { withDeadline } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, listen, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const first = new Branch(1).mineBusy(5)
const rival = first.fork(2, 3).mineBusy(4)
/** With a reorganisation in it. */
const blocks = [...first.blocks, ...rival.blocks.slice(2)]
const headersOf = (list: readonly Block[]) => list.map(({ header }) => header)

/** From the genesis block to this one. */
function wayTo(hash: BlockHash): Block[] {
  const branch = [first, rival].find(({ blocks }) => blocks.some(block => block.hash === hash))?.blocks ?? []
  return branch.slice(0, branch.findIndex(block => block.hash === hash) + 1)
}

async function oneByOne(chain: Chain): Promise<void> {
  await feed(chain, blocks)
}

/** All are waiting while the first is judged, so that several are written together. */
async function allAtOnce(chain: Chain): Promise<void> {
  await Promise.all(blocks.map(({ raw }) => chain.submitBlock(raw)))
}

async function expectStopped(chain: Chain): Promise<void> {
  expect((await withDeadline(chain.failed, 1000, 'failed')).message).toMatch('no space left')
  const refused = { message: expect.stringMatching('no space left') }
  await expect(chain.submitBlock(blocks[0]!.raw)).rejects.toMatchObject(refused)
  expect(() => chain.submitHeaders(headersOf(blocks))).toThrow('no space left')
  await expect(chain.coins([])).rejects.toMatchObject(refused)
  await expect(chain.statistics()).rejects.toMatchObject(refused)
  await expect(chain.flush()).rejects.toMatchObject(refused)
}

/** Whether the `n`-th write after opening failed; false if there were not as many. */
async function runUntil(n: number, submit: (chain: Chain) => Promise<void>, options: object): Promise<boolean> {
  const disk = await FailingDisk.create()
  const chain = await openLive(await disk.openStore(), options)
  const told = listen(chain)
  disk.writesLeft = n
  const failure = await submit(chain).then(
    () => undefined,
    (error: Error) => error,
  )
  if (failure) {
    expect(failure.message).toBe('no space left on device')
    await expectStopped(chain)
  }
  const { tip } = chain
  const closing = await chain.close().then(
    () => undefined,
    (error: Error) => error,
  )
  expect(disk.opened).toBe(0)
  const before = [...told]

  disk.writesLeft = Number.POSITIVE_INFINITY
  const again = await openLive(await disk.openStore(), options)
  expect(told).toEqual(before)
  for (const word of told) {
    const hash = word.slice(word.startsWith('tip') ? 4 : 1) as BlockHash
    expect(await again.blockBytes(hash)).toBeDefined()
  }
  expect(again.tip.chainWork).toBeGreaterThanOrEqual(tip.chainWork)
  expect(await stateOf(again)).toEqual(await expected(again.tip.hash))
  await feed(again, blocks)
  expect(await stateOf(again)).toEqual(await expected(rival.tip.hash))
  await again.close()
  return (failure ?? closing) !== undefined
}

const states = new Map<BlockHash, ReturnType<typeof stateAfter>>()

/** What the coins must be after a block; computed once for each. */
function expected(hash: BlockHash): ReturnType<typeof stateAfter> {
  const state = states.get(hash) ?? stateAfter(wayTo(hash))
  states.set(hash, state)
  return state
}

test('a write that fails rejects all that waits, and none of it is done', async () => {
  const disk = await FailingDisk.create()
  const chain = await openLive(await disk.openStore(), { groupBytes: 600 })
  const told = listen(chain)
  // Some blocks are in flight before the first is told.
  disk.writesLeft = 10
  const { blocks } = new Branch(1).mineBusy(30)
  const answers = await Promise.allSettled(blocks.map(({ raw }) => chain.submitBlock(raw)))
  const done = answers.findIndex(({ status }) => status === 'rejected')
  expect(done).toBeGreaterThan(1)
  expect(new Set(answers.slice(done).map(({ status }) => status))).toEqual(new Set(['rejected']))
  // A full group is written in the middle of a block, which is told then and not answered yet.
  const connected = told.filter(word => word.startsWith('+'))
  expect([done, done + 1]).toContain(connected.length)
  expect(connected).toEqual(blocks.slice(0, connected.length).map(({ hash }) => `+${hash}`))
  await chain.close()
  const again = await openLive(await disk.openStore())
  // What was in flight may be on the disk too.
  expect(`+${again.entryAt(connected.length)?.hash}`).toBe(connected.at(-1))
  await again.close()
})

test('closing twice closes once, finishes what was submitted, and refuses what comes after', async () => {
  const disk = await FailingDisk.create()
  const chain = await openLive(await disk.openStore())
  const [next, ...before] = [...first.blocks].reverse()
  const submitted = before.reverse().map(({ raw }) => chain.submitBlock(raw))
  const closing = [chain.close(), chain.close()]
  await expect(chain.submitBlock(next!.raw)).rejects.toThrow('the chain is closed')
  expect(() => chain.submitHeaders([])).toThrow('the chain is closed')
  await Promise.all(closing)
  await chain.close()
  expect(disk.opened).toBe(0)
  expect(await Promise.all(submitted)).toEqual(before.map(() => expect.objectContaining({ state: 'connected' })))
  const again = await openLive(await disk.openStore())
  expect(again.tip.hash).toBe(before.at(-1)?.hash)
  await again.close()
})

describe('a disk that fails once, at any write', () => {
  test.each([
    ['one by one', oneByOne, {}],
    ['one by one, coins written after each block', oneByOne, { cacheBytes: 1, groupBytes: 1 }],
    ['all at once', allAtOnce, {}],
    ['all at once, coins written after each block', allAtOnce, { cacheBytes: 1, groupBytes: 1 }],
  ] as const)('blocks submitted %s', async (_, submit, options) => {
    let writes = 0
    while (await runUntil(writes, submit, options)) writes++
    expect(writes).toBeGreaterThan(2)
  })
})
