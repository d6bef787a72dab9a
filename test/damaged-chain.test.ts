import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Chain } from '@raistone/consensus'
import { decodeBlock } from '@raistone/primitives'
import { canRead, changeNonce } from '@raistone/testkit'
import { firstSpending, openMemoryChain, readCoreBlocks, submitAll, tryDamage } from './core-chain.js'

const suite = canRead('chains') ? describe : describe.skip

suite('damaged copies of a block made by Bitcoin Core', () => {
  /** Up to the block after the first one that spends. */
  let blocks: readonly Uint8Array[]
  /** Index of the block that is damaged. */
  let at: number
  let chain: Chain

  beforeAll(() => {
    const all = readCoreBlocks()
    at = firstSpending(all)
    blocks = all.slice(0, at + 2)
  })

  beforeEach(async () => {
    chain = await openMemoryChain(blocks)
    await submitAll(chain, blocks.slice(0, at))
  })

  afterEach(() => chain.close())

  test('are refused, each with its reason, and the true chain goes on', async () => {
    await tryDamage(chain, blocks[at] as Uint8Array)
    await submitAll(chain, blocks.slice(at))
  })

  test('with another nonce that holds, the block connects and the next one misses its parent', async () => {
    const [raw, next] = blocks.slice(at) as [Uint8Array, Uint8Array]
    const renonced = changeNonce(decodeBlock(raw), true)
    await submitAll(chain, [renonced.raw])
    expect(chain.tip.hash).toBe(renonced.hash)
    expect(await chain.submitBlock(next)).toMatchObject({ reject: { rule: 'prev-blk-not-found', cause: 'missing' } })
    expect(chain.tip.hash).toBe(renonced.hash)
    // The true block is a rival of the same work; with its successor the true branch has more.
    expect(await chain.submitBlock(raw)).toMatchObject({ state: 'stored' })
    expect(await chain.submitBlock(next)).toMatchObject({ state: 'connected' })
    expect(chain.tip.hash).toBe(decodeBlock(next).hash)
  })
})
