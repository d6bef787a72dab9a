import { expect, test } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { flipByte, Latch } from '@raistone/testkit'
import { FilterIndex } from '../../src/indexes/filter-index.js'
import { IndexBuilder, type IndexOptions } from '../../src/indexes/index-builder.js'
import { TransactionIndex } from '../../src/indexes/transaction-index.js'
import type { Database } from '../../src/store/database.js'
import { openMemoryDatabase } from '../../src/store/memory-folders.js'
import { StoreError } from '../../src/store/store-error.js'
import { nextTurn } from '../../src/verify/next-turn.js'
import { Branch } from '../support/branch.js'
import { expectedOf, filtersIn, placesIn, withSlowWrites } from '../support/indexed.js'
import { putRecord, recordsOf } from '../support/store-records.js'
import { WatchedChain } from '../support/watched-chain.js'

const trunk = new Branch(1).mine(12)
const rival = trunk.fork(2, 6).mine(9)

const slowDatabase = async (latch: Latch): Promise<Database> => withSlowWrites(await openMemoryDatabase(), latch)

const openFilters = (chain: WatchedChain, database: Database, options?: IndexOptions) =>
  IndexBuilder.open(chain, FilterIndex, database, options)

test('a chain that goes elsewhere while blocks are being taken in is followed there', async () => {
  const chain = new WatchedChain(trunk.blocks)
  chain.reading = hash => {
    if (hash === trunk.blocks[9]?.hash) chain.follow(rival.blocks)
  }
  const notices: string[] = []
  const builder = await openFilters(chain, await openMemoryDatabase(), { notice: text => notices.push(text) })
  await builder.whenSynced()
  expect(await filtersIn(chain, builder)).toEqual(expectedOf(rival.blocks).filters)
  expect(notices).toEqual([])
  await builder.close()
})

test('as many blocks are written at once as have so many bytes', async () => {
  const writesWith = async (batchBytes: number): Promise<number> => {
    let writes = 0
    const latch = new Latch()
    latch.pass = async () => void writes++
    const builder = await openFilters(new WatchedChain(trunk.blocks), await slowDatabase(latch), { batchBytes })
    await builder.whenSynced()
    await builder.close()
    return writes
  }
  expect(await writesWith(1)).toBe(13)
  expect(await writesWith(100_000)).toBe(1)
})

test('answers wait for the blocks that are there, and no longer', async () => {
  const chain = new WatchedChain(trunk.blocks.slice(0, 8))
  const latch = new Latch()
  const builder = await openFilters(chain, await slowDatabase(latch))
  await builder.whenSynced()
  expect(builder.height).toBe(8)
  const writing = latch.hold()
  chain.follow(trunk.blocks.slice(0, 10))
  await writing
  let answered = false
  const asked = builder.caughtUp().then(isReady => {
    answered = isReady
  })
  chain.follow(trunk.blocks)
  const { hash } = trunk.blocks[9]!
  expect(await builder.ask(index => index.find({ hash, height: 10 }))).toBeUndefined()
  expect(answered).toBe(false)
  latch.release()
  await asked
  expect(answered).toBe(true)
  expect(builder.height).toBeGreaterThanOrEqual(10)
  expect(await builder.ask(index => index.find({ hash, height: 10 }))).toBeDefined()
  await builder.close()
})

test('nothing waits for an index that is far behind', async () => {
  const chain = new WatchedChain(trunk.blocks)
  const latch = new Latch()
  const writing = latch.hold()
  const builder = await openFilters(chain, await slowDatabase(latch))
  await writing
  expect(await builder.caughtUp()).toBe(false)
  latch.release()
  await builder.whenSynced()
  expect(await builder.caughtUp()).toBe(true)
  await builder.close()
  expect(await builder.caughtUp()).toBe(false)
})

test('a block that cannot be read is waited for, said once, and nothing waits for the index', async () => {
  const chain = new WatchedChain(trunk.blocks.slice(0, 3))
  const { hash } = trunk.blocks[4]!
  const notices: string[] = []
  const builder = await openFilters(chain, await openMemoryDatabase(), { notice: text => notices.push(text) })
  await builder.whenSynced()
  chain.lost.add(hash)
  const readAgain = (): Promise<void> =>
    new Promise(resolve => {
      chain.reading = read => {
        if (read === hash) resolve()
      }
    })
  for (const branch of [trunk, rival, trunk]) {
    const reading = readAgain()
    chain.follow(branch.blocks)
    await reading
    expect(await builder.caughtUp()).toBe(false)
  }
  chain.lost.clear()
  chain.follow(rival.blocks)
  await builder.whenSynced()
  expect(notices).toEqual([`the basic block filter index waits for block ${hash}, which cannot be read`])
  expect(chain.rebuilds).toBe(0)
  expect(await filtersIn(chain, builder)).toEqual(expectedOf(rival.blocks).filters)
  await builder.close()
})

test('undo data that cannot be read are made again at the next start, which who needs none does not ask for', async () => {
  const chain = new WatchedChain(trunk.blocks)
  chain.undone.add(trunk.blocks[4]!.hash)
  let noticed: (text: string) => void = () => undefined
  const stuck = new Promise<string>(resolve => {
    noticed = resolve
  })
  const places = await IndexBuilder.open(chain, TransactionIndex, await openMemoryDatabase(), { notice: noticed })
  await places.whenSynced()
  expect(await placesIn(chain, places)).toEqual(expectedOf(trunk.blocks).places)
  expect(chain.rebuilds).toBe(0)
  const builder = await openFilters(chain, await openMemoryDatabase(), { notice: noticed })
  expect(await stuck).toMatch(/^the basic block filter index waits for the next start, which makes the undo data/)
  await builder.close()
  expect(builder.height).toBe(4)
  expect(chain.rebuilds).toBe(1)
  await places.close()
})

test('what is being looked up is waited for before all is forgotten, and what it finds is not said twice', async () => {
  const chain = new WatchedChain(trunk.blocks)
  const database = await openMemoryDatabase()
  const notices: string[] = []
  let noticed: () => void = () => undefined
  const renewing = new Promise<void>(resolve => {
    noticed = resolve
  })
  const notice = (text: string): void => {
    notices.push(text)
    noticed()
  }
  const builder = await openFilters(chain, database, { notice })
  await builder.whenSynced()
  const [key, record] = (await recordsOf(database)).find(([at]) => at[0] === 'f'.charCodeAt(0))!
  await putRecord(database, key, flipByte(record, 0, 1))
  const latch = new Latch()
  latch.hold()
  const genesis = { hash: chain.entryAt(0)!.hash, height: 0 }
  const tip = { hash: trunk.tip.hash, height: 12 }
  const slow = [tip, genesis].map(block =>
    builder.ask(async index => {
      await latch.pass()
      return index.find(block)
    }),
  )
  expect(await builder.ask(index => index.find(genesis))).toBeUndefined()
  await renewing
  // Who does not wait has forgotten everything by then.
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  expect(await builder.ask(index => index.find(tip))).toBeUndefined()
  latch.release()
  const [ofTip, ofGenesis] = await Promise.all(slow)
  expect(ofTip?.header).toBe(expectedOf(trunk.blocks).filters.get(trunk.tip.hash)?.header)
  expect(ofGenesis).toBeUndefined()
  await builder.whenSynced()
  expect(await filtersIn(chain, builder)).toEqual(expectedOf(trunk.blocks).filters)
  expect(notices).toEqual(['the basic block filter index is damaged and is made again'])
  await builder.close()
})

test('a look-up that fails is the end of the index, damage is not', async () => {
  const chain = new WatchedChain(trunk.blocks)
  const builder = await openFilters(chain, await openMemoryDatabase())
  await builder.whenSynced()
  const failing = builder.ask(() => Promise.reject(new StoreError('failed', 'no luck')))
  await expect(failing).rejects.toThrow('no luck')
  expect((await builder.failed).message).toBe('no luck')
  expect(await builder.caughtUp()).toBe(false)
  await builder.close()
})

test('blocks that were just told are not read again, unless they are too many; those that left do not count', async () => {
  const chain = new WatchedChain(rival.blocks)
  for (const blocks of [trunk.blocks, []]) chain.follow(blocks)
  const builder = await openFilters(chain, await openMemoryDatabase())
  await builder.whenSynced()
  const read: string[] = []
  chain.reading = hash => read.push(hash)
  const tell = (what: 'connected' | 'disconnected', block: Block): void => {
    const entry = chain.entry(block.hash)!
    chain.events.emit(what, { entry, block: { ...block, raw: new Uint8Array(5_000_000) }, spent: [[]] })
  }
  const [first, second] = trunk.blocks
  tell('connected', rival.tip)
  tell('disconnected', rival.tip)
  tell('connected', first!)
  tell('connected', second!)
  chain.follow(trunk.blocks.slice(0, 2))
  expect(await builder.caughtUp()).toBe(true)
  expect(read).toEqual([second!.hash])
  expect(await filtersIn(chain, builder)).toEqual(expectedOf(trunk.blocks.slice(0, 2)).filters)
  await builder.close()
})
