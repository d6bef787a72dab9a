import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import type { Block, BlockHash } from '@raistone/primitives'
import { flipByte, removeTempDirs, tempDir } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { ChainOptions, OpenProgress } from '../../src/chain/options.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import type { Database } from '../../src/store/database.js'
import { decodeEntry, encodeEntry } from '../../src/store/entry-record.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, liveClock, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { putRecord, recordsOf } from '../support/store-records.js'

const opened: Chain[] = []
afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close()
})
afterAll(() => removeTempDirs())

const main = new Branch(1).mineBusy(10)
/** Leaves two blocks before the end and is not better. */
const stale = main.fork(2, 2).mineBusy(2)
const better = stale.fork(2).mineBusy(1)
/** More blocks than are in flight together. */
const long = main.fork(1).mine(25)
const all = [...main.blocks, ...stale.blocks.slice(8)]

async function open(store: Promise<ChainStore>, options?: ChainOptions, clock = liveClock): Promise<Chain> {
  const chain = await openLive(await store, options, clock)
  opened.push(chain)
  return chain
}

async function close(chain: Chain): Promise<void> {
  opened.splice(opened.indexOf(chain), 1)
  await chain.close()
}

/** A closed replica of both branches. */
async function replica(options?: ChainOptions, blocks = all): Promise<string> {
  const dir = tempDir()
  const chain = await open(openLevelStore(dir), options)
  await Promise.all(blocks.map(({ raw }) => chain.submitBlock(raw)))
  if (options?.prune) await chain.prune(5)
  await close(chain)
  return dir
}

async function asked(dir: string): Promise<ChainStore> {
  const store = await openLevelStore(dir)
  await store.requestReindex()
  return store
}

type Phases = Partial<Record<OpenProgress['phase'], number>>

/** Counts what is told of each phase, and looks whether it makes sense. */
function counter(): { readonly phases: Phases; readonly progress: (told: OpenProgress) => void } {
  const phases: Phases = {}
  let last: OpenProgress | undefined
  const progress = (told: OpenProgress): void => {
    phases[told.phase] = (phases[told.phase] ?? 0) + 1
    expect(told.share).toBeLessThanOrEqual(1)
    if (last?.phase === told.phase) {
      expect(told.share).toBeGreaterThanOrEqual(last.share)
      expect(told.transactions).toBeGreaterThanOrEqual(last.transactions)
    }
    last = told
  }
  return { phases, progress }
}

const hashes = (entries: readonly { readonly hash: BlockHash }[]): BlockHash[] => entries.map(({ hash }) => hash)
const kindOf = (key: Uint8Array): string => String.fromCharCode(key[0] as number)

/** Changes records of a kind behind the store's back; undefined deletes. */
async function change(
  database: Database,
  kind: string,
  how: (key: Uint8Array, record: Uint8Array) => Uint8Array | undefined,
): Promise<void> {
  const batch = database.batch()
  for (const [key, record] of await recordsOf(database)) {
    if (kindOf(key) !== kind) continue
    const changed = how(key, record)
    if (changed) batch.put(key, changed)
    else batch.del(key)
  }
  await batch.write({ sync: true })
}

const holds = (record: Uint8Array, block: Block): boolean =>
  record.length === block.raw.length + 9 && block.raw.every((byte, i) => record[i + 9] === byte)

describe('a chain whose headers and coins are made again from its raw blocks', () => {
  test('is the same as before, branches included, with every script checked again', async () => {
    const dir = await replica()
    const { phases, progress } = counter()
    const chain = await open(asked(dir), { progress })
    expect(phases).toEqual({ reindex: expect.any(Number), rebuild: 10 })
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
    expect(chain.tips().map(({ entry, status }) => [entry.hash, status])).toEqual([
      [main.tip.hash, 'active'],
      [stale.tip.hash, 'valid-headers'],
    ])
    const payments = main.blocks.reduce((sum, { transactions }) => sum + transactions.length - 1, 0)
    expect(chain.signaturesChecked).toBe(payments)
    for (const { hash, raw } of all) expect(await chain.blockBytes(hash)).toEqual(raw)
    expect(chain.missingBlocks(9)).toEqual([])
    await close(chain)

    const again = counter()
    const next = await open(openLevelStore(dir), { progress: again.progress })
    expect(again.phases).toEqual({})
    expect(await feed(next, [better.tip])).toEqual(['connected'])
    expect(await stateOf(next)).toEqual(await stateAfter(better.blocks))
  })

  test('leaves nothing behind that nobody names', async () => {
    const dir = await replica()
    const count = async (): Promise<number> => {
      const store = await openLevelStore(dir)
      const records = await recordsOf(store.blocks.database)
      await store.close()
      return records.filter(([key]) => kindOf(key) === 'r').length
    }
    await close(await open(asked(dir)))
    // Raw blocks of both branches, undo data of the active one.
    expect(await count()).toBe(all.length + main.blocks.length)
  })

  test('needs no header, and none that is damaged is missed', async () => {
    for (const how of [() => undefined, (_: Uint8Array, record: Uint8Array) => flipByte(record, 30)]) {
      const dir = await replica()
      const store = await asked(dir)
      await change(store.blocks.database, 'h', how)
      const chain = await open(Promise.resolve(store))
      expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
      expect(chain.missingBlocks(9)).toEqual([])
    }
  })

  test('finds blocks in any order', async () => {
    const dir = await replica()
    const store = await asked(dir)
    await change(store.blocks.database, 'h', () => undefined)
    await store.blocks.forget(
      [],
      Array.from({ length: 40 }, (_, i) => i),
    )
    await store.blocks.write(
      all.toReversed().map(({ raw }, i) => ({ number: 100 + i, kind: 1, bytes: raw })),
      [],
    )
    const chain = await open(Promise.resolve(store))
    // Of blocks with as much work the one that lay there first counts as seen first.
    expect(await stateOf(chain)).toEqual(await stateAfter(stale.blocks))
  })

  test('waits before a block that is damaged, and needs none of those behind it again', async () => {
    const lost = main.blocks[4]!
    const dir = await replica()
    const store = await asked(dir)
    await change(store.blocks.database, 'r', (_, record) => (holds(record, lost) ? flipByte(record, 50) : record))
    const chain = await open(Promise.resolve(store))
    expect(chain.tip.height).toBe(4)
    expect(hashes(chain.missingBlocks(9))).toEqual([lost.hash])
    expect(await feed(chain, [lost])).toEqual(['connected'])
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
  })

  test('forgets headers that break a rule, and what was said of blocks', async () => {
    const dir = await replica()
    const store = await openLevelStore(dir)
    const chain = await open(Promise.resolve(store))
    await chain.invalidate(chain.entryAt(3)!)
    expect(chain.tip.height).toBe(2)
    await close(chain)
    const next = await asked(dir)
    await change(next.blocks.database, 'h', (key, record) => {
      const entry = decodeEntry(key, record)!
      if (entry.height !== 10) return record
      // The key names it still, but it is another header.
      return encodeEntry({ ...entry, nonce: entry.nonce ^ 1 })[1]
    })
    const remade = await open(Promise.resolve(next))
    expect(await stateOf(remade)).toEqual(await stateAfter(main.blocks))
  })

  test('does not care how late the clock says it is', async () => {
    const dir = await replica()
    const chain = await open(asked(dir), {}, { nowMs: () => 0 })
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
  })

  test('asks for those that were removed on purpose, and for no others', async () => {
    const prune: ChainOptions = { prune: { keep: 4 } }
    const dir = await replica(prune)
    await close(await open(asked(dir), prune))
    const chain = await open(openLevelStore(dir), prune)
    expect(chain.prunedTo).toBe(0)
    expect(chain.tip.height).toBe(0)
    expect(hashes(chain.missingBlocks(20))).toEqual(hashes(main.blocks.slice(0, 5)))
    await feed(chain, main.blocks.slice(0, 5))
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
    await feed(chain, better.blocks.slice(8))
    expect(await stateOf(chain)).toEqual(await stateAfter(better.blocks))
  })
})

describe('interrupted', () => {
  test('by any write that fails, it comes to its end at the next start without being asked again', async () => {
    const expected = await stateAfter(main.blocks)
    let failures = 0
    for (let writes = 0; ; writes++) {
      const disk = await FailingDisk.create()
      const chain = await openLive(await disk.openStore())
      await feed(chain, all)
      await chain.close()
      const store = await disk.openStore()
      await store.requestReindex()
      disk.writesLeft = writes
      const interrupted = await openLive(store).catch(() => undefined)
      disk.writesLeft = Number.POSITIVE_INFINITY
      if (!interrupted) failures++
      await (interrupted ?? store).close()
      const again = await openLive(await disk.openStore())
      expect(await stateOf(again)).toEqual(expected)
      for (const { hash, raw } of all) expect(await again.blockBytes(hash)).toEqual(raw)
      await again.close()
      if (interrupted) break
    }
    expect(failures).toBeGreaterThan(4)
  })

  test.each(['reindex', 'rebuild'] as const)(
    'in the phase %s because the node is to stop, it goes on later',
    async phase => {
      const dir = await replica({}, long.blocks)
      const stop = new AbortController()
      const first: Phases = {}
      const store = await asked(dir)
      const opening = openLive(store, {
        signal: stop.signal,
        progress: told => {
          first[told.phase] = (first[told.phase] ?? 0) + 1
          if (told.phase === phase && first[phase] === 4) stop.abort()
        },
      })
      await expect(opening).rejects.toMatchObject({ code: 'ended' })
      await store.close()
      const { phases, progress } = counter()
      const chain = await open(openLevelStore(dir), { progress })
      const anew = { reindex: expect.any(Number), rebuild: long.blocks.length }
      expect(phases).toEqual(phase === 'reindex' ? anew : { replay: long.blocks.length - (first.rebuild ?? 0) })
      expect(phases.replay).not.toBe(0)
      expect(await stateOf(chain)).toEqual(await stateAfter(long.blocks))
    },
  )
})

test('coins alone are made again without a second look at scripts or headers', async () => {
  const dir = await replica()
  const store = await openLevelStore(dir)
  await putRecord(store.coins.database, Uint8Array.of(...new TextEncoder().encode('c'), 1), Uint8Array.of(1))
  await store.requestRebuild()
  const { phases, progress } = counter()
  const chain = await open(Promise.resolve(store), { progress })
  expect(phases).toEqual({ rebuild: 10 })
  expect(chain.signaturesChecked).toBe(0)
  expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
})
