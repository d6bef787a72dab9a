import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createBlock } from '@raistone/primitives'
import { removeTempDirs } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { VerifyLevel } from '../../src/chain/verify-chain.js'
import { recordKind } from '../../src/store/block-store.js'
import { Branch } from '../support/branch.js'
import { feed, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { block, branch, Replicas, replace, type Scene, TAMPERED_HEIGHT, tamperings } from '../support/tampered.js'

const opened: Chain[] = []
afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close()
})
afterAll(() => removeTempDirs())

const levels: readonly VerifyLevel[] = [0, 1, 2, 3, 4]

let replicas: Replicas
beforeAll(async () => {
  replicas = await Replicas.create()
})

async function tampered(change: (scene: Scene) => Promise<void>): Promise<Chain> {
  const chain = await openLive(await replicas.tampered(change))
  opened.push(chain)
  return chain
}

describe('verifying the last blocks', () => {
  test.each(tamperings)(
    'finds $what at level $level, not below',
    async ({ level, damaged, at = TAMPERED_HEIGHT, blocks = 0, change }) => {
      const chain = await tampered(change)
      for (const lower of levels.filter(l => l < level))
        expect((await chain.verify({ level: lower, blocks })).fault).toBeUndefined()
      const { fault } = await chain.verify({ level, blocks })
      expect(fault).toMatchObject({ level, damaged, entry: { height: at } })
      expect(chain.tip.hash).toBe(branch.tip.hash)
    },
  )

  test('looks no further than told', async () => {
    const chain = await tampered(({ store, entry }) =>
      replace(store, entry.raw, recordKind.block, createBlock(block.header, block.transactions.slice(0, 1)).raw),
    )
    expect(await chain.verify({ level: 4, blocks: 1 })).toEqual({ blocks: 1, fault: undefined, skipped: undefined })
    expect((await chain.verify({ level: 1, blocks: 2 })).fault).toBeDefined()
  })

  test('finds nothing in a sound chain, to the genesis block, and changes nothing', async () => {
    const chain = await tampered(async () => undefined)
    for (const level of levels)
      expect(await chain.verify({ level, blocks: 0 })).toEqual({ blocks: 9, fault: undefined, skipped: undefined })
    expect(await stateOf(chain)).toEqual(await stateAfter(branch.blocks))
    expect(await feed(chain, branch.fork(2, 2).mineBusy(3).blocks.slice(7))).toEqual(['stored', 'stored', 'connected'])
  })
})

test('others have their turn while blocks are verified', async () => {
  const chain = await openInMemory()
  opened.push(chain)
  const long = new Branch(1).mine(800)
  await Promise.all(long.blocks.map(({ raw }) => chain.submitBlock(raw)))
  let turns = 0
  let verified = false
  const others = (): void => {
    turns++
    if (!verified) setImmediate(others)
  }
  setImmediate(others)
  await chain.verify({ level: 3, blocks: 0 })
  verified = true
  expect(turns).toBeGreaterThan(3)
})

/** In memory, with the whole branch. */
async function filled(options?: ChainOptions): Promise<Chain> {
  const chain = await openInMemory(options)
  opened.push(chain)
  await feed(chain, branch.blocks)
  return chain
}

describe('less is verified', () => {
  test('where blocks were removed', async () => {
    const chain = await filled({ prune: { keep: 4 } })
    await chain.prune(5)
    expect(await chain.verify({ level: 4, blocks: 4 })).toMatchObject({ fault: undefined, skipped: undefined })
    expect(await chain.verify({ level: 4, blocks: 0 })).toEqual({ blocks: 4, fault: undefined, skipped: 'pruned' })
  })

  test('where more coins change than memory is given', async () => {
    const chain = await filled()
    const { skipped, fault, blocks } = await chain.verify({ level: 4, blocks: 0, mostChanged: 5 })
    expect({ skipped, fault, blocks }).toEqual({ skipped: 'memory', fault: undefined, blocks: 9 })
  })

  test('when the chain is closed meanwhile', async () => {
    const chain = await filled()
    const verified = chain.verify({ level: 4, blocks: 0 })
    opened.pop()
    await chain.close()
    expect(await verified).toMatchObject({ fault: undefined, skipped: 'ended' })
  })
})
