import { describe, expect, test } from '@jest/globals'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, liveClock, liveParams, openLive, openWith, stateAfter, stateOf } from '../support/live-chain.js'

const branch = new Branch(1).mineBusy(12)
/** Blocks that are less than two weeks of work: four take exactly that. */
const FRESH = 4
const slow = { ...liveParams, pow: { ...liveParams.pow, spacingSec: (14 * 24 * 3600) / FRESH } }
const payments = (from: number, to?: number): number =>
  branch.blocks.slice(from, to).reduce((count, { transactions }) => count + transactions.length - 1, 0)

/** A chain of the branch's blocks, its headers being known before. */
async function filled(disk: FailingDisk, options?: ChainOptions, params = slow): Promise<Chain> {
  const chain = await openWith(params, await disk.openStore(), liveClock, options)
  chain.submitHeaders(branch.blocks.map(({ header }) => header))
  expect(await feed(chain, branch.blocks)).toEqual(branch.blocks.map(() => 'connected'))
  return chain
}

/** Signatures that are checked while the coins are made again, without a block to trust. */
async function checkedAgain(disk: FailingDisk): Promise<number> {
  const store = await disk.openStore()
  await store.requestRebuild()
  const chain = await openLive(store)
  expect(await stateOf(chain)).toEqual(await stateAfter(branch.blocks))
  const { signaturesChecked } = chain
  await chain.close()
  return signaturesChecked
}

describe('scripts that were checked', () => {
  test('are not checked again when the coins are made anew', async () => {
    const disk = await FailingDisk.create()
    const chain = await filled(disk)
    expect(chain.signaturesChecked).toBeGreaterThan(0)
    await chain.close()
    expect(await checkedAgain(disk)).toBe(0)
  })

  test('are not those of the ancestors of a trusted block: without the trust they are checked, once', async () => {
    const disk = await FailingDisk.create()
    const [trusted] = branch.blocks.slice(6)
    const trusting = await filled(disk, { assumeValid: trusted!.hash })
    expect(trusting.signaturesChecked).toBe(payments(7))
    await trusting.close()
    expect(payments(0, 7)).toBeGreaterThan(0)
    expect(await checkedAgain(disk)).toBe(payments(0, 7))
    expect(await checkedAgain(disk)).toBe(0)
  })

  test('are those of blocks with two weeks of work on top or less', async () => {
    const chain = await filled(await FailingDisk.create(), { assumeValid: branch.tip.hash })
    expect(chain.signaturesChecked).toBe(payments(branch.blocks.length - FRESH - 1))
    await chain.close()
  })

  test('are all of them while the headers have less than the minimum work', async () => {
    const disk = await FailingDisk.create()
    const [trusted] = branch.blocks.slice(6)
    const minimumChainWork = 2n * BigInt(branch.blocks.length + 2)
    const chain = await filled(disk, { assumeValid: trusted!.hash }, { ...slow, minimumChainWork })
    expect(chain.signaturesChecked).toBe(payments(0))
    await chain.close()
  })

  test('are all of them while the trusted block is on another branch than the best header', async () => {
    const disk = await FailingDisk.create()
    const rival = branch.fork(2, 8)
    const trusted = rival.mine().tip
    const chain = await openWith(slow, await disk.openStore(), liveClock, { assumeValid: trusted.hash })
    chain.submitHeaders([...branch.blocks, trusted].map(({ header }) => header))
    await feed(chain, branch.blocks)
    expect(chain.signaturesChecked).toBe(payments(0))
    await chain.close()
  })
})
