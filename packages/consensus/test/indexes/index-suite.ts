import { afterEach, describe, expect, test } from '@jest/globals'
import { flipByte, Latch } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions } from '../../src/chain/options.js'
import { FilterIndex } from '../../src/indexes/filter-index.js'
import { IndexBuilder } from '../../src/indexes/index-builder.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import type { Database } from '../../src/store/database.js'
import { Branch } from '../support/branch.js'
import {
  expectedOf,
  type IndexDatabases,
  type Indexed,
  openIndexed,
  statesIn,
  withSlowWrites,
} from '../support/indexed.js'
import { feed, openLive } from '../support/live-chain.js'
import { copyOf, putRecord, recordsOf } from '../support/store-records.js'

/** A place for a chain and its indexes, which can be opened again and again. */
export interface IndexScene {
  readonly store: () => Promise<ChainStore>
  readonly index: IndexDatabases
}

const KEPT_BLOCKS = 10
const trunk = new Branch(1).mineBusy(12).mine(4)
/** Leaves the trunk six blocks before its end, and has payments of its own. */
const rival = trunk.fork(2, 6).mineBusy(9)
const again = trunk.fork(3).mineBusy(6)

/** What every index does, whatever its database is made of. `scene` gives one that is empty at first. */
export function indexSuite(name: string, scene: () => Promise<IndexScene>): void {
  describe(`indexes ${name}`, () => {
    let place: IndexScene
    let chain: Chain
    let indexed: Indexed | undefined

    afterEach(async () => {
      await close()
    })

    async function close(): Promise<void> {
      await indexed?.close()
      indexed = undefined
      await chain.close()
    }

    async function begin(options?: ChainOptions): Promise<void> {
      place = await scene()
      chain = await openLive(await place.store(), options)
    }

    async function index(): Promise<Indexed> {
      indexed = await openIndexed(chain, place.index)
      return indexed
    }

    /** Closes everything and opens it again. */
    async function restart(options?: ChainOptions): Promise<Indexed> {
      await close()
      chain = await openLive(await place.store(), options)
      return index()
    }

    async function stateAfterRestart() {
      const opened = await restart()
      return statesIn(chain, opened)
    }

    /** Changes the database of an index while nobody has it open. */
    async function change(folder: string, use: (database: Database) => Promise<void>): Promise<void> {
      await indexed?.close()
      indexed = undefined
      const database = await place.index(folder)
      await use(database)
      await database.close()
    }

    test('follow a chain from its first block on', async () => {
      await begin()
      const both = await index()
      await feed(chain, trunk.blocks)
      expect(await statesIn(chain, both)).toEqual(expectedOf(trunk.blocks))
      expect(both.notices).toEqual([])
    })

    test('are added to a chain that is there', async () => {
      await begin()
      await feed(chain, [...trunk.blocks, ...rival.blocks.slice(10)])
      const both = await index()
      expect(await statesIn(chain, both)).toEqual(expectedOf(rival.blocks))
      expect(await both.filters.ask(it => it.find({ hash: trunk.tip.hash, height: 16 }))).toBeUndefined()
    })

    test('follow reorganisations there and back, and keep what they know of the blocks left', async () => {
      await begin()
      const both = await index()
      await feed(chain, trunk.blocks)
      const before = await statesIn(chain, both)
      await feed(chain, rival.blocks.slice(10))
      expect(chain.tip.hash).toBe(rival.tip.hash)
      expect(await statesIn(chain, both)).toEqual(expectedOf(rival.blocks))
      const left = trunk.blocks.slice(10)
      for (const [i, { hash }] of left.entries()) {
        const found = await both.filters.ask(it => it.find({ hash, height: 11 + i }))
        expect(found?.header).toBe(before.filters.get(hash)?.header)
      }
      await feed(chain, again.blocks.slice(16))
      expect(await statesIn(chain, both)).toEqual(expectedOf(again.blocks))
      expect(await stateAfterRestart()).toEqual(expectedOf(again.blocks))
      expect(indexed?.notices).toEqual([])
    })

    test('step back with the chain', async () => {
      await begin()
      const both = await index()
      await feed(chain, trunk.blocks)
      await statesIn(chain, both)
      await chain.invalidate(chain.entryAt(12)!)
      expect(await both.filters.caughtUp()).toBe(true)
      expect(both.filters.height).toBe(11)
      await feed(chain, rival.blocks.slice(10))
      expect(await statesIn(chain, both)).toEqual(expectedOf(rival.blocks))
    })

    test('go on where they were, also after the chain went on, or elsewhere, without them', async () => {
      await begin()
      const both = await index()
      await feed(chain, trunk.blocks)
      await statesIn(chain, both)
      await both.close()
      indexed = undefined
      await feed(chain, rival.blocks.slice(10))
      const seen: number[] = []
      const opened = await openIndexed(chain, place.index, { progress: ({ height }) => seen.push(height) })
      indexed = opened
      expect(await statesIn(chain, opened)).toEqual(expectedOf(rival.blocks))
      const added = rival.blocks.slice(10).map((_, i) => 11 + i)
      expect(seen.sort((a, b) => a - b)).toEqual([...added, ...added].sort((a, b) => a - b))
    })

    test('write many blocks at once while they are behind, and in as many pieces as they must', async () => {
      await begin()
      await feed(chain, trunk.blocks)
      const counts = [1, 100_000].map(async batchBytes => {
        const opened = await openIndexed(chain, (await scene()).index, { batchBytes })
        expect(await statesIn(chain, opened)).toEqual(expectedOf(trunk.blocks))
        await opened.close()
      })
      await Promise.all(counts)
    })

    describe('of which a record is damaged', () => {
      /** One record of each kind, by the letter that its key begins with. */
      const kindsOf = async (database: Database): Promise<Map<string, Uint8Array>> =>
        new Map((await recordsOf(database)).map(([key]) => [String.fromCharCode(key[0] as number), key]))

      test.each([
        ['txindex', 'm'],
        ['txindex', 's'],
        ['txindex', 't'],
        ['blockfilter', 'm'],
        ['blockfilter', 's'],
        ['blockfilter', 'h'],
        ['blockfilter', 'f'],
      ])('%s %s: it is made again, saying so once, and nothing wrong is told', async (folder, letter) => {
        await begin()
        const both = await index()
        await feed(chain, trunk.blocks)
        const right = await statesIn(chain, both)
        await change(folder, async database => {
          const key = (await kindsOf(database)).get(letter) as Uint8Array
          const record = copyOf((await database.get(key)) as Uint8Array)
          await putRecord(database, key, flipByte(record, record.length >> 1, 4))
        })
        const opened = await index()
        const places = await statesIn(chain, opened)
        for (const [txid, at] of places.places) expect(at).toEqual(right.places.get(txid))
        for (const [hash, filter] of places.filters) expect(filter).toEqual(right.filters.get(hash))
        expect(await statesIn(chain, opened)).toEqual(right)
        expect(opened.notices).toEqual([expect.stringMatching(/made again$/)])
        expect(await stateAfterRestart()).toEqual(right)
        expect(indexed?.notices).toEqual([])
      })

      test.each(['m', 's', 'h', 'f'])('or lost: %s', async letter => {
        await begin()
        const both = await index()
        await feed(chain, trunk.blocks)
        await statesIn(chain, both)
        await change('blockfilter', async database => {
          const key = (await kindsOf(database)).get(letter) as Uint8Array
          const batch = database.batch()
          batch.del(key)
          await batch.write()
        })
        const opened = await index()
        await feed(chain, again.blocks.slice(16))
        await statesIn(chain, opened)
        expect(await statesIn(chain, opened)).toEqual(expectedOf(again.blocks))
        // Of the number of the newest batch only the batch knows.
        expect(opened.notices).toHaveLength(letter === 's' ? 0 : 1)
      })

      test('are made again if their tip is a block that nobody knows', async () => {
        await begin()
        await index()
        await feed(chain, rival.blocks)
        await statesIn(chain, indexed!)
        await indexed!.close()
        await chain.close()
        const other = await scene()
        chain = await openLive(await other.store())
        await feed(chain, trunk.blocks)
        indexed = await openIndexed(chain, place.index)
        expect(await statesIn(chain, indexed)).toEqual(expectedOf(trunk.blocks))
        expect(indexed.notices).toHaveLength(2)
      })

      test('an older format is made again, a newer one is refused naming both', async () => {
        await begin()
        await index()
        await feed(chain, trunk.blocks)
        const right = await statesIn(chain, indexed!)
        await indexed!.close()
        indexed = undefined
        class Later extends FilterIndex {
          static override readonly layout = { ...FilterIndex.layout, format: 2 }
        }
        const notices: string[] = []
        const later = await IndexBuilder.open(chain, Later, await place.index('blockfilter'), {
          notice: text => notices.push(text),
        })
        await later.whenSynced()
        expect(notices).toHaveLength(1)
        await later.close()
        await expect(IndexBuilder.open(chain, FilterIndex, await place.index('blockfilter'))).rejects.toMatchObject({
          code: 'newer-format',
          message: expect.stringMatching(/format 2.*up to 1/),
        })
        expect(right.filters.size).toBe(17)
      })
    })

    describe('while blocks are removed', () => {
      const manual: ChainOptions = { prune: { keep: KEPT_BLOCKS } }

      /** Indexes whose writes wait at the latch. */
      async function slowIndex(latch: Latch): Promise<void> {
        indexed = await openIndexed(chain, async folder => withSlowWrites(await place.index(folder), latch))
      }

      test('hold back those that they still need, and no others', async () => {
        await begin(manual)
        const latch = new Latch()
        await slowIndex(latch)
        await feed(chain, trunk.blocks.slice(0, 3))
        await statesIn(chain, indexed!)
        latch.hold()
        await feed(chain, trunk.blocks.slice(3))
        expect(await chain.prune(6)).toBe(3)
        latch.release()
        const { filters } = await statesIn(chain, indexed!)
        expect(filters).toEqual(expectedOf(trunk.blocks).filters)
        expect(await chain.prune(6)).toBe(6)
      })

      test('hold back those of a branch that they have not followed yet', async () => {
        await begin({ prune: { keep: 5 } })
        const latch = new Latch()
        await slowIndex(latch)
        await feed(chain, trunk.blocks)
        await statesIn(chain, indexed!)
        latch.hold()
        await feed(chain, rival.blocks.slice(10))
        expect(chain.tip.height).toBe(19)
        expect(await chain.prune(14)).toBe(10)
        latch.release()
        await statesIn(chain, indexed!)
        expect(await chain.prune(14)).toBe(14)
      })

      test('refuse to begin behind blocks that are gone, and say what helps', async () => {
        await begin(manual)
        await feed(chain, trunk.blocks)
        await chain.prune(4)
        await expect(index()).rejects.toMatchObject({
          code: 'pruned',
          message:
            'txindex best block of the index goes beyond pruned data. Please disable the index or reindex (which will download the whole blockchain again)',
        })
        // It has left nothing behind that holds blocks back, or the database.
        expect(await chain.prune(6)).toBe(6)
        await (await place.index('txindex')).close()
      })

      test('stop when they are damaged and what they need is gone', async () => {
        await begin(manual)
        const both = await index()
        await feed(chain, trunk.blocks)
        await statesIn(chain, both)
        expect(await chain.prune(6)).toBe(6)
        await change('blockfilter', async database => {
          const [key, record] = (await recordsOf(database)).find(([at]) => at[0] === 'f'.charCodeAt(0))!
          await putRecord(database, key, flipByte(record, 0, 1))
        })
        const opened = await index()
        const hash = chain.params.genesis.hash
        expect(await opened.filters.ask(it => it.find({ hash, height: 0 }))).toBeUndefined()
        expect(await opened.filters.failed).toMatchObject({ code: 'pruned' })
        expect(await opened.filters.caughtUp()).toBe(false)
      })
    })
  })
}
