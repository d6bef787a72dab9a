import { describe, expect, test } from '@jest/globals'
import type { Block, BlockHash } from '@raistone/primitives'
import { withDeadline } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, listen, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const first = new Branch(1).mineBusy(6)
const rival = first.fork(2, 3).mineBusy(4)
/** With a reorganisation in it. */
const blocks = [...first.blocks, ...rival.blocks.slice(3)]
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
