import { cp } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { createBlock, outpointKey } from '@raistone/primitives'
import { flipByte, ownedCoin, removeTempDirs, tempDir, testKey } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { TreeEntry } from '../../src/chain/tree-entry.js'
import type { VerifyLevel } from '../../src/chain/verify-chain.js'
import { recordKind } from '../../src/store/block-store.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { coinKey } from '../../src/store/coin-record.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { decodeUndo, encodeUndo } from '../../src/store/undo-record.js'
import { Branch } from '../support/branch.js'
import { feed, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { putRecord, recordsOf } from '../support/store-records.js'

const opened: Chain[] = []
afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close()
})
afterAll(() => removeTempDirs())

const branch = new Branch(1).mineBusy(9)
/** The block that is tampered with, with payments in it. */
const HEIGHT = 8
const block = branch.blocks[HEIGHT - 1]!
const payment = block.transactions[1]!
const levels: readonly VerifyLevel[] = [0, 1, 2, 3, 4]

interface Scene {
  readonly store: ChainStore
  readonly entry: TreeEntry
}

const replica = tempDir()
let entry: TreeEntry
beforeAll(async () => {
  const chain = await openLive(await openLevelStore(replica))
  await feed(chain, branch.blocks)
  entry = chain.entryAt(HEIGHT) as TreeEntry
  await chain.close()
})

/** The branch's chain over a store in which something was changed while it was closed. */
async function tampered(change: (scene: Scene) => Promise<void>): Promise<Chain> {
  const dir = tempDir()
  await cp(replica, dir, { recursive: true })
  const store = await openLevelStore(dir)
  await change({ store, entry })
  const again = await openLive(store)
  opened.push(again)
  return again
}

/** A sound record with other bytes. */
const replace = async (store: ChainStore, number: number | undefined, kind: 1 | 2, bytes: Uint8Array): Promise<void> =>
  store.blocks.write([{ number: number as number, kind, bytes }], [])

/** A bit of the record that has these bytes in it. */
async function flipRecordOf({ store }: Scene, bytes: Uint8Array): Promise<void> {
  const hex = (all: Uint8Array): string => all.join()
  for (const [key, record] of await recordsOf(store.blocks.database))
    if (hex(record.subarray(9)) === hex(bytes)) await putRecord(store.blocks.database, key, flipByte(record, 20))
}

const undoOf = async ({ store, entry }: Scene): Promise<Uint8Array> =>
  (await store.blocks.read(entry.undo as number, recordKind.undo)) as Uint8Array

const madeKey = coinKey(outpointKey({ txid: branch.tip.transactions[0]!.txid, vout: 0 }))
const spentCoin = ownedCoin(branch.blocks[0]!.transactions[0]!, 0, testKey(0))

interface Case {
  readonly what: string
  readonly level: VerifyLevel
  readonly damaged: boolean
  readonly at?: number
  /** How far down to look; 0 is all the way. */
  readonly blocks?: number
  readonly change: (scene: Scene) => Promise<void>
}

const cases: readonly Case[] = [
  { what: 'a flipped bit in a raw block', level: 0, damaged: true, change: scene => flipRecordOf(scene, block.raw) },
  {
    what: 'other transactions under a header',
    level: 1,
    damaged: false,
    change: ({ store, entry }) =>
      replace(store, entry.raw, recordKind.block, createBlock(block.header, block.transactions.slice(0, 2)).raw),
  },
  {
    what: 'a flipped bit in undo data',
    level: 2,
    damaged: true,
    change: async scene => flipRecordOf(scene, await undoOf(scene)),
  },
  {
    what: 'undo data of another block',
    level: 2,
    damaged: false,
    change: ({ store, entry }) => replace(store, entry.undo, recordKind.undo, encodeUndo([[]])),
  },
  {
    what: 'undo data that are none',
    level: 2,
    damaged: false,
    change: ({ store, entry }) => replace(store, entry.undo, recordKind.undo, Uint8Array.of(9, 9)),
  },
  {
    what: 'a coin that is gone',
    level: 3,
    damaged: false,
    at: 9,
    change: async ({ store }) => {
      const batch = store.coins.database.batch()
      batch.del(madeKey)
      await batch.write()
    },
  },
  {
    what: 'a flipped bit in a coin',
    level: 3,
    damaged: true,
    at: 9,
    change: async ({ store: { coins } }) =>
      putRecord(coins.database, madeKey, flipByte((await coins.database.get(madeKey))!, 5)),
  },
  {
    what: 'a coin of another value',
    level: 3,
    damaged: false,
    at: 9,
    change: async ({ store: { coins } }) => {
      const at = outpointKey({ txid: branch.tip.transactions[0]!.txid, vout: 0 })
      const [coin] = await coins.getMany([at])
      await coins.write([[at, { ...coin!, value: 1n }]], (await coins.tip())!)
    },
  },
  {
    what: 'a spent coin that is back',
    level: 3,
    damaged: false,
    change: async ({ store: { coins } }) => {
      const { prevout } = payment.inputs[0]!
      const back = { ...spentCoin.output, height: 1, coinbase: true }
      await coins.write([[outpointKey(prevout), back]], (await coins.tip())!)
    },
  },
  {
    what: 'a spent coin that was locked otherwise',
    level: 4,
    damaged: false,
    blocks: 2,
    change: async scene => {
      const spent = decodeUndo(await undoOf(scene)).map(coins =>
        coins.map(coin => ({ ...coin, script: testKey(9).scripts.p2wpkh })),
      )
      await replace(scene.store, scene.entry.undo, recordKind.undo, encodeUndo(spent))
    },
  },
]

describe('verifying the last blocks', () => {
  test.each(cases)(
    'finds $what at level $level, not below',
    async ({ level, damaged, at = HEIGHT, blocks = 0, change }) => {
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
