import { expect, test } from '@jest/globals'
import type { ChainOptions } from '../../src/chain/options.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, listen, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const main = new Branch(1).mineBusy(9)
const rival = main.fork(2, 5).mineBusy(8)

test('nothing above the height is connected, but stored; without the limit it is connected at the next start', async () => {
  const disk = await FailingDisk.create()
  const open = async (options?: ChainOptions) => openLive(await disk.openStore(), options)
  const chain = await open({ mostHeight: 6 })
  const answers = await Promise.all(main.blocks.map(({ raw }) => chain.submitBlock(raw)))
  expect(answers.map(answer => ('state' in answer ? answer.state : answer.reject.rule))).toEqual([
    ...Array.from({ length: 6 }, () => 'connected'),
    ...Array.from({ length: 3 }, () => 'stored'),
  ])
  expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks.slice(0, 6)))
  await chain.close()

  const higher = await open({ mostHeight: 8 })
  expect(await stateOf(higher)).toEqual(await stateAfter(main.blocks.slice(0, 8)))
  await higher.close()
  // What was connected before stays.
  const lower = await open({ mostHeight: 7 })
  expect(lower.tip.height).toBe(8)
  await lower.close()
  const free = await open()
  expect(await stateOf(free)).toEqual(await stateAfter(main.blocks))
  await free.close()
})

test('a better branch is followed up to the height, and not from it', async () => {
  const chain = await openInMemory({ mostHeight: 10 })
  await feed(chain, main.blocks)
  const told = listen(chain)
  const branch = rival.blocks.slice(4)
  chain.submitHeaders(branch.map(({ header }) => header))
  // All blocks of the rival wait for its first one.
  expect(await feed(chain, branch.toReversed())).toEqual([...branch.slice(1).map(() => 'stored'), 'connected'])
  expect(told.at(-1)).toBe(`tip ${rival.blocks[9]!.hash}`)
  expect(await stateOf(chain)).toEqual(await stateAfter(rival.blocks.slice(0, 10)))
  await chain.close()

  const there = await openInMemory({ mostHeight: 9 })
  await feed(there, [...main.blocks, ...branch])
  expect(there.tip.hash).toBe(main.tip.hash)
  await there.close()
})
