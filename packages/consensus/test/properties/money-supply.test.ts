import { describe, expect, test } from '@jest/globals'
import type { BlockHash } from '@raistone/primitives'
import { seededRandom } from '@raistone/testkit'
import fc from 'fast-check'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import { openInMemory, stateOf } from '../support/live-chain.js'
import { growTree, type TreeNode, treePlan } from './random-chain.js'

/** Coins reach the store after each block: nothing stays in memory by accident. */
const TIGHT: ChainOptions = { cacheBytes: 1, groupBytes: 1 }

async function withChain<T>(options: ChainOptions, use: (chain: Chain) => Promise<T>): Promise<T> {
  const chain = await openInMemory(options)
  try {
    return await use(chain)
  } finally {
    await chain.close()
  }
}

/** All money is what coinbases could have made, but for what was burned, and lies in the coins of the model. */
async function expectModel(chain: Chain, node: TreeNode): Promise<void> {
  const { totalAmount, txouts } = await chain.statistics()
  expect(totalAmount).toBe(node.issued - node.burned)
  expect(txouts).toBe(node.coins.size)
  const view = await chain.coins(node.coins.keys())
  for (const [key, { value, height, coinbase }] of node.coins)
    expect(view.get(key)).toMatchObject({ value, height, coinbase })
}

const shuffled = <T>(list: readonly T[], seed: number): T[] => {
  const random = seededRandom(seed)
  return list
    .map(each => ({ each, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each)
}

describe('along random trees of blocks', () => {
  test('all coins are the subsidies less what was burned, after every block', async () => {
    await fc.assert(
      fc.asyncProperty(treePlan(6, 24), async plans => {
        const nodes = growTree(plans)
        const byHash = new Map<BlockHash, TreeNode>(nodes.map(node => [node.block.hash, node]))
        await withChain({}, async chain => {
          let best = 0
          for (const { block, at } of nodes) {
            const answer = await chain.submitBlock(block.raw)
            expect(answer).toMatchObject({ state: at.height > best ? 'connected' : 'stored' })
            best = Math.max(best, at.height)
            expect(chain.tip.height).toBe(best)
            await expectModel(chain, byHash.get(chain.tip.hash) as TreeNode)
          }
        })
      }),
      { seed: 31, numRuns: 15 },
    )
  })

  test('the order of arrival and the room in memory decide at most which of equals is the tip', async () => {
    await fc.assert(
      fc.asyncProperty(treePlan(8, 24), fc.nat(), async (plans, seed) => {
        const nodes = growTree(plans)
        const byHash = new Map<BlockHash, TreeNode>(nodes.map(node => [node.block.hash, node]))
        const height = Math.max(...nodes.map(({ at }) => at.height))
        const inOrder = (options: ChainOptions) =>
          withChain(options, async chain => {
            for (const { block } of nodes) await chain.submitBlock(block.raw)
            return stateOf(chain)
          })
        const [usual, tight] = [await inOrder({}), await inOrder(TIGHT)]
        expect(tight).toEqual(usual)
        await withChain({}, async chain => {
          chain.submitHeaders(nodes.map(({ block }) => block.header))
          for (const { block } of shuffled(nodes, seed)) await chain.submitBlock(block.raw)
          expect(chain.tip.height).toBe(height)
          expect(chain.missingBlocks(100)).toEqual([])
          await expectModel(chain, byHash.get(chain.tip.hash) as TreeNode)
        })
      }),
      { seed: 32, numRuns: 12 },
    )
  })
})
