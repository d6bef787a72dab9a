import { cp } from 'node:fs/promises'
import { createBlock, outpointKey } from '@raistone/primitives'
import { flipByte, ownedCoin, tempDir, testKey } from '@raistone/testkit'
import type { TreeEntry } from '../../src/chain/tree-entry.js'
import type { VerifyLevel } from '../../src/chain/verify-chain.js'
import { recordKind } from '../../src/store/block-store.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { coinKey } from '../../src/store/coin-record.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { decodeUndo, encodeUndo } from '../../src/store/undo-record.js'
import { Branch } from './branch.js'
import { feed, openLive } from './live-chain.js'
import { putRecord, recordsOf } from './store-records.js'

export const branch = new Branch(1).mineBusy(9)
/** Of the block that is tampered with, which has payments in it. */
export const TAMPERED_HEIGHT = 8
export const block = branch.blocks[TAMPERED_HEIGHT - 1]!
const payment = block.transactions[1]!

export interface Scene {
  readonly store: ChainStore
  readonly entry: TreeEntry
}

/** Makes replicas of the branch, closed as they should be. */
export class Replicas {
  private constructor(
    private readonly original: string,
    private readonly entry: TreeEntry,
  ) {}

  static async create(): Promise<Replicas> {
    const dir = tempDir()
    const chain = await openLive(await openLevelStore(dir))
    await feed(chain, branch.blocks)
    const entry = chain.entryAt(TAMPERED_HEIGHT) as TreeEntry
    await chain.close()
    return new Replicas(dir, entry)
  }

  /** The store of one in which something was changed. */
  async tampered(change: (scene: Scene) => Promise<void>, dir = tempDir()): Promise<ChainStore> {
    await cp(this.original, dir, { recursive: true })
    const store = await openLevelStore(dir)
    await change({ store, entry: this.entry })
    return store
  }
}

/** A sound record with other bytes. */
export const replace = async (
  store: ChainStore,
  number: number | undefined,
  kind: 1 | 2,
  bytes: Uint8Array,
): Promise<void> => store.blocks.write([{ number: number as number, kind, bytes }], [])

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

export interface Tampering {
  /** What is wrong. */
  readonly what: string
  readonly level: VerifyLevel
  readonly damaged: boolean
  readonly at?: number
  /** How far down to look; 0 is all the way. */
  readonly blocks?: number
  readonly change: (scene: Scene) => Promise<void>
}

/** One for each way in which what is stored can be wrong. */
export const tamperings: readonly Tampering[] = [
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
