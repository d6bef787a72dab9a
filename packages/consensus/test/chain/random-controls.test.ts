import { afterEach, describe, expect, test } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import fc from 'fast-check'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { liveParams, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { NaiveTree } from '../support/naive-tree.js'

afterEach(removeTempDirs)

const trunk = new Branch(1).mineBusy(6)
const spoilt = trunk.fork(2, 2).mine(2)
const bad = spoilt.add(spoilt.build({ fees: 1n }))
const branches = [
  trunk,
  trunk.fork(3, 1).mineBusy(3),
  trunk.fork(4, 1).mine(3),
  trunk.fork(5, 3).mineBusy(5),
  trunk.fork(6, 5).mine(7),
  spoilt.mine(2),
  spoilt.fork(7, 4).mine(4),
]
const all = [...new Map(branches.flatMap(({ blocks }) => blocks).map(block => [block.hash, block])).values()]

type Action = 'deliver' | 'invalidate' | 'reconsider' | 'prefer' | 'reopen'

const actions: fc.Arbitrary<readonly [Action, number]> = fc.tuple(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Action>('deliver') },
    { weight: 2, arbitrary: fc.constantFrom<Action>('invalidate', 'reconsider', 'prefer') },
    { weight: 1, arbitrary: fc.constant<Action>('reopen') },
  ),
  fc.nat(all.length - 1),
)

/** One chain and the model of it, through the same actions, compared after each. */
async function play(steps: readonly (readonly [Action, number])[], openStore: () => Promise<ChainStore>) {
  const model = new NaiveTree(
    liveParams.genesis,
    branches.map(({ blocks }) => blocks),
    [bad],
  )
  let chain: Chain = await openLive(await openStore())
  for (const { blocks } of branches) chain.submitHeaders(blocks.map(({ header }) => header))
  for (const [action, n] of steps) {
    // Of the next few that are not here, one; the others wait for it.
    const missing = all.filter(({ hash }) => !chain.entry(hash)?.data)
    const block = (action === 'deliver' ? (missing[n % 5] ?? all[n]) : all[n]) as Block
    const entry = chain.entry(block.hash)
    if (!entry) throw new Error('unknown header')
    if (action === 'deliver') await chain.submitBlock(block.raw)
    else if (action === 'reopen') {
      await chain.close()
      chain = await openLive(await openStore())
    } else await chain[action](entry)
    if (action === 'reopen') model.reopen()
    else model[action](block)
    expect(chain.tip.hash).toBe(model.tip.block.hash)
    expect(chain.bestHeader.height).toBe(model.bestHeight)
    expect(new Map(chain.tips().map(({ entry, status, length }) => [entry.hash, [status, length]]))).toEqual(
      model.branches,
    )
  }
  expect(await stateOf(chain)).toEqual(await stateAfter(model.blocks))
  await chain.close()
}

describe('blocks in any order, with marks of the operator in between', () => {
  const steps = fc.array(actions, { minLength: 20, maxLength: 80 })

  test('the tip is always the one that a plain look at all blocks finds', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async steps => {
        const disk = await FailingDisk.create()
        await play(steps, () => disk.openStore())
      }),
      { seed: Number(globalThis.process.env.SEED ?? 4), numRuns: Number(globalThis.process.env.RUNS ?? 12) },
    )
  })

  test('over LevelDB too', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async steps => {
        const dir = tempDir()
        await play(steps, () => openLevelStore(dir))
      }),
      { seed: 5, numRuns: 2 },
    )
  })
})
