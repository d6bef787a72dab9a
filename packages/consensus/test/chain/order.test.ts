import { expect, test } from '@jest/globals'
import type { BlockHash } from '@raistone/primitives'
import { Branch } from '../support/branch.js'
import { feed, openInMemory } from '../support/live-chain.js'

test('what a block shows by itself comes before what becomes of its header, as in Core', async () => {
  const branch = new Branch(1).mine(2)
  const chain = await openInMemory()
  const header = { prev: '11'.repeat(32) as BlockHash }
  const second = branch.tip.transactions.slice(0, 1)
  const lost = branch.build({ header })
  const lostAndWrong = branch.build({ header, transactions: second })
  expect(await feed(chain, [lost, lostAndWrong])).toEqual(['prev-blk-not-found', 'bad-cb-multiple'])
  const wrong = branch.build({ transactions: second })
  expect(await feed(chain, [...branch.blocks, wrong, wrong])).toEqual([
    'connected',
    'connected',
    'bad-cb-multiple',
    'duplicate-invalid',
  ])
  await chain.close()
})
