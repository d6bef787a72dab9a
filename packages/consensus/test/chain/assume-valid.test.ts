import { describe, expect, test } from '@jest/globals'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const branch = new Branch(1).mineBusy(7)

/** A chain of the branch's blocks, its headers being known before. */
async function filled(disk: FailingDisk, options?: ChainOptions): Promise<Chain> {
  const chain = await openLive(await disk.openStore(), options)
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
    const trusting = await filled(disk, { assumeValid: branch.tip.hash })
    expect(trusting.signaturesChecked).toBe(0)
    await trusting.close()
    expect(await checkedAgain(disk)).toBeGreaterThan(0)
    expect(await checkedAgain(disk)).toBe(0)
  })

  test('are those of what follows the trusted block', async () => {
    const disk = await FailingDisk.create()
    const [middle] = branch.blocks.slice(4)
    const chain = await filled(disk, { assumeValid: middle!.hash })
    const { signaturesChecked } = chain
    await chain.close()
    const after = branch.blocks.slice(5).flatMap(({ transactions }) => transactions.slice(1))
    expect(signaturesChecked).toBe(after.length)
  })
})
