import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { flipByte } from '@raistone/testkit'
import { loadChain } from '../../src/params/builtin.node.js'
import { type RecordKind, recordKind } from '../../src/store/block-store.js'
import { type ChainStore, openStore, type StoreDatabases } from '../../src/store/chain-store.js'
import { crc32c } from '../../src/store/crc32c.js'
import type { Database } from '../../src/store/database.js'
import { type EntryRecord, encodeEntry } from '../../src/store/entry-record.js'
import { STORE_FORMAT } from '../../src/store/store-format.js'
import { coinAt, coinOf, copyOf, entryOf, putRecord, recordsOf, tipAt } from '../support/store-records.js'

/** Two databases that outlive the store over them. `reopen` closes nothing. */
export interface Scene {
  readonly open: () => Promise<StoreDatabases>
}

const { genesis } = loadChain('regtest')
const entry = entryOf(genesis)
const small = Uint8Array.of(1, 2, 3, 4, 5)

const text = new TextEncoder()
const metaKey = (name: string): Uint8Array => text.encode(`m${name}`)

type Change = (record: Uint8Array) => Uint8Array

/** Each bit of each byte, each shorter length, and one byte more. */
function changesOf(record: Uint8Array): Change[] {
  const changes: Change[] = []
  for (let at = 0; at < record.length; at++) {
    for (let bit = 0; bit < 8; bit++) changes.push(bytes => flipByte(bytes, at, 1 << bit))
    changes.push(bytes => bytes.slice(0, at))
  }
  changes.push(bytes => Uint8Array.of(...bytes, 0))
  return changes
}

/** Writes each damaged form of a record in its place, and puts it right in the end. */
async function damageValue(database: Database, key: Uint8Array, check: () => Promise<void>): Promise<void> {
  const saved = copyOf((await database.get(key)) as Uint8Array)
  for (const change of changesOf(saved)) {
    await putRecord(database, key, change(saved))
    await check()
  }
  await putRecord(database, key, saved)
}

/** The record under another key, as a flipped bit on the disk makes it. */
async function damageKey(database: Database, key: Uint8Array, check: (key: Uint8Array) => Promise<void>) {
  const value = copyOf((await database.get(key)) as Uint8Array)
  for (let at = 1; at < key.length; at++) {
    const other = flipByte(key, at, 1)
    const batch = database.batch()
    batch.del(key)
    batch.put(other, value)
    await batch.write()
    await check(other)
    const back = database.batch()
    back.del(other)
    back.put(key, value)
    await back.write()
  }
}

/** What every store does, whatever its databases are made of. `scene` gives databases that are empty at first. */
export function chainStoreSuite(name: string, scene: () => Scene): void {
  describe(`a store ${name}`, () => {
    let at: Scene
    let databases: StoreDatabases
    let store: ChainStore

    async function open(): Promise<void> {
      databases = await at.open()
      store = await openStore(databases)
    }

    async function headers(): Promise<EntryRecord[]> {
      const records: EntryRecord[] = []
      for await (const some of store.blocks.entries()) records.push(...some)
      return records
    }

    async function reopen(clean?: boolean): Promise<void> {
      await store.close(clean)
      await open()
    }

    beforeEach(async () => {
      at = scene()
      await open()
    })
    afterEach(() => store.close())

    async function put(kind: RecordKind, bytes: Uint8Array): Promise<number> {
      const number = store.blocks.takeNumber()
      await store.blocks.write([{ number, kind, bytes }], [])
      return number
    }

    const keyStarting = async (database: Database, letter: string): Promise<Uint8Array> =>
      (await recordsOf(database)).find(([key]) => key[0] === letter.charCodeAt(0))?.[0] as Uint8Array

    test('gives numbered records back after it was closed, and goes on counting', async () => {
      const block = await put(recordKind.block, genesis.raw)
      const undo = await put(recordKind.undo, small)
      const empty = await put(recordKind.undo, new Uint8Array(0))
      expect([block, undo, empty]).toEqual([0, 1, 2])
      await reopen()
      expect(await store.blocks.read(block, recordKind.block)).toEqual(genesis.raw)
      expect(await store.blocks.read(undo, recordKind.undo)).toEqual(small)
      expect(await store.blocks.read(empty, recordKind.undo)).toEqual(new Uint8Array(0))
      expect(await store.blocks.read(3, recordKind.block)).toBeUndefined()
      expect(store.blocks.takeNumber()).toBe(3)
    })

    test('gives a record only as what it is', async () => {
      const number = await put(recordKind.block, small)
      expect(await store.blocks.read(number, recordKind.undo)).toBeUndefined()
    })

    test('counts on from the highest number, not from the last of the keys in another order', async () => {
      for (const number of [255, 256, 3])
        await store.blocks.write([{ number, kind: recordKind.block, bytes: small }], [])
      await reopen()
      expect(store.blocks.takeNumber()).toBe(257)
    })

    test('gives headers back with all that is known of them, or unknown', async () => {
      const bare = entryOf(genesis, {
        failed: true,
        disowned: true,
        checked: false,
        sequence: undefined,
        raw: undefined,
        undo: undefined,
      })
      for (const one of [entry, bare, entryOf(genesis, { sequence: 0, raw: 2 ** 35, undo: 0 })]) {
        await store.blocks.write([], [one])
        await reopen()
        expect(await headers()).toEqual([one])
      }
    })

    test('gives coins and the tip back, and forgets spent ones', async () => {
      const [a, b] = [coinOf(1), coinOf(2 ** 50, { coinbase: true, height: 2 ** 31 - 1, script: new Uint8Array(300) })]
      expect(await store.coins.tip()).toBeUndefined()
      await store.coins.write(
        [
          [coinAt(1), a],
          [coinAt(2), b],
        ],
        tipAt(1),
      )
      await reopen()
      expect(await store.coins.tip()).toEqual(tipAt(1))
      expect(await store.coins.getMany([coinAt(2), coinAt(3), coinAt(1)])).toEqual([b, undefined, a])
      await store.coins.write([[coinAt(1), undefined]], tipAt(2))
      await reopen()
      expect(await store.coins.tip()).toEqual(tipAt(2))
      expect(await store.coins.getMany([coinAt(1), coinAt(2)])).toEqual([undefined, b])
    })

    test('writes all of a batch or nothing', async () => {
      await store.coins.write([[coinAt(1), coinOf(1)]], tipAt(1))
      function* failing(): Generator<[ReturnType<typeof coinAt>, ReturnType<typeof coinOf> | undefined]> {
        yield [coinAt(1), undefined]
        yield [coinAt(2), coinOf(2)]
        throw new Error('no more')
      }
      await expect(store.coins.write(failing(), tipAt(2))).rejects.toThrow('no more')
      function* failingHeaders(): Generator<typeof entry> {
        yield entry
        throw new Error('no more')
      }
      const number = store.blocks.takeNumber()
      const record = { number, kind: recordKind.block, bytes: small }
      await expect(store.blocks.write([record], failingHeaders())).rejects.toThrow('no more')
      await reopen()
      expect(await store.coins.tip()).toEqual(tipAt(1))
      expect(await store.coins.getMany([coinAt(1), coinAt(2)])).toEqual([coinOf(1), undefined])
      expect(await store.blocks.read(number, recordKind.block)).toBeUndefined()
      expect(await headers()).toEqual([])
    })

    test('knows whether it was closed after all was flushed', async () => {
      expect(store.unclean).toBe(false)
      await reopen()
      expect(store.unclean).toBe(false)
      await reopen(false)
      expect(store.unclean).toBe(true)
      await reopen()
      expect(store.unclean).toBe(false)
    })

    test('remembers that the coins are to be made again until they are', async () => {
      expect(store.mustRebuild).toBe(false)
      await store.requestRebuild()
      await reopen(false)
      await reopen()
      expect(store.mustRebuild).toBe(true)
      await store.rebuilt()
      await reopen()
      expect(store.mustRebuild).toBe(false)
    })

    test('belongs to the rules that claimed it first', async () => {
      const [own, other] = ['aa'.repeat(32), 'bb'.repeat(32)]
      await store.claim(own)
      await reopen()
      await store.claim(own)
      const refused = store.claim(other)
      await expect(refused).rejects.toMatchObject({ name: 'StoreError', code: 'other-rules' })
      await expect(refused).rejects.toThrow(own)
      await expect(refused).rejects.toThrow(other)
      await store.claim(own)
    })

    test('refuses data of a later format, naming both, and leaves them alone', async () => {
      await store.close()
      const later = await at.open()
      await putRecord(later.blocks, metaKey('format'), text.encode(String(STORE_FORMAT + 1)))
      const before = await recordsOf(later.blocks)
      const refused = openStore(later)
      await expect(refused).rejects.toMatchObject({ name: 'StoreError', code: 'newer-format' })
      await expect(refused).rejects.toThrow(`format ${STORE_FORMAT + 1}`)
      await expect(refused).rejects.toThrow(`format ${STORE_FORMAT}`)
      expect(await recordsOf(later.blocks)).toEqual(before)
      await putRecord(later.blocks, metaKey('format'), text.encode(String(STORE_FORMAT)))
      databases = later
      store = await openStore(later)
    })

    test('shows a walk the coins as they were when it began, in order', async () => {
      const keys = [coinAt(0x100), coinAt(1), coinAt(1, 300), coinAt(1, 2), coinAt(1, 70_000)]
      await store.coins.write(
        keys.map((key, i) => [key, coinOf(i)] as const),
        tipAt(1),
      )
      const walk = store.coins.walk()
      await store.coins.write(
        [
          [coinAt(1), undefined],
          [coinAt(1, 2), coinOf(99)],
          [coinAt(5), coinOf(5)],
        ],
        tipAt(2),
      )
      const seen = [...(await walk.next(2)), ...(await walk.next(1)), ...(await walk.next(100))]
      expect(await walk.next(100)).toEqual([])
      await walk.close()
      // Ids are compared from their last byte in display order: 0x100 comes before 1.
      expect(seen.map(([key, { value }]) => [key, value])).toEqual([
        [coinAt(0x100), 0n],
        [coinAt(1), 1n],
        [coinAt(1, 2), 3n],
        [coinAt(1, 300), 2n],
        [coinAt(1, 70_000), 4n],
      ])
    })

    test('forgets coins and tip, and nothing else, when it is cleared', async () => {
      const number = await put(recordKind.block, small)
      await store.blocks.write([], [entry])
      await store.coins.write(
        [
          [coinAt(1), coinOf(1)],
          [coinAt(2 ** 40), coinOf(2)],
        ],
        tipAt(1),
      )
      await store.coins.clear()
      await reopen()
      expect(await store.coins.tip()).toBeUndefined()
      const left = await recordsOf(databases.chainstate)
      // The numbers of the batches that did it.
      expect(left.filter(([key]) => key[0] !== 's'.charCodeAt(0))).toEqual([])
      expect(await store.blocks.read(number, recordKind.block)).toEqual(small)
      expect(await headers()).toEqual([entry])
    })

    test.each(['block', 'undo'] as const)('notices every change of a %s record', async kind => {
      const number = await put(recordKind[kind], small)
      const key = await keyStarting(databases.blocks, 'r')
      await damageValue(databases.blocks, key, async () => {
        expect(await store.blocks.read(number, recordKind[kind])).toBeUndefined()
        expect(await store.blocks.damagedRecords(10)).toEqual(new Set([number]))
      })
      expect(await store.blocks.read(number, recordKind[kind])).toEqual(small)
      expect(await store.blocks.damagedRecords(10)).toEqual(new Set())
    })

    test('gives no record under another number than it was written under', async () => {
      const number = await put(recordKind.block, small)
      const key = await keyStarting(databases.blocks, 'r')
      await damageKey(databases.blocks, key, async () => {
        expect(await store.blocks.read(number, recordKind.block)).toBeUndefined()
        expect((await store.blocks.damagedRecords(10)).size).toBe(1)
      })
      const value = (await databases.blocks.get(key)) as Uint8Array
      await putRecord(databases.blocks, flipByte(key, 8, 4), value)
      expect(await store.blocks.read(number + 4, recordKind.block)).toBeUndefined()
    })

    test('is not led astray by a number that nobody gave', async () => {
      await put(recordKind.block, small)
      const key = await keyStarting(databases.blocks, 'r')
      await putRecord(databases.blocks, flipByte(key, 1, 0x80), small)
      await reopen()
      expect([store.blocks.takeNumber(), store.blocks.takeNumber()]).toEqual([1, 2])
    })

    test('looks for damage among the newest records only', async () => {
      for (let i = 0; i < 4; i++) await put(recordKind.block, small)
      for (const [key] of await recordsOf(databases.blocks))
        if (key[0] === 'r'.charCodeAt(0)) await putRecord(databases.blocks, key, small)
      expect(await store.blocks.damagedRecords(2)).toEqual(new Set([2, 3]))
    })

    test('takes headers over from format 1, but for damaged ones, wherever an earlier attempt ended', async () => {
      const old = (record: EntryRecord): [Uint8Array, Uint8Array] => {
        const [newKey, value] = encodeEntry(record)
        const key = Uint8Array.of('h'.charCodeAt(0), ...newKey.subarray(5))
        const body = value.slice(0, -4)
        const checksum = new Uint8Array(4)
        new DataView(checksum.buffer).setUint32(0, crc32c(key, body), true)
        return [key, Uint8Array.of(...body, ...checksum)]
      }
      const others = [3, 2, 300].map(height => entryOf({ ...genesis, hash: tipAt(height).hash }, { height }))
      const [moved, ...waiting] = others
      await store.blocks.write([], [moved!])
      for (const one of waiting) await putRecord(databases.blocks, ...old(one))
      const [key, record] = old(entryOf(genesis, { height: 9 }))
      await putRecord(databases.blocks, key, flipByte(record, 7, 1))
      await putRecord(databases.blocks, metaKey('format'), text.encode('1'))
      await reopen()
      expect(await headers()).toEqual([2, 3, 300].map(height => others.find(each => each.height === height)))
      expect((await recordsOf(databases.blocks)).filter(([key]) => key.length === 33)).toEqual([])
      expect(new TextDecoder().decode(await databases.blocks.get(metaKey('format')))).toMatch(
        RegExp(`^${STORE_FORMAT} `),
      )
    })

    test('leaves a damaged header out', async () => {
      await store.blocks.write([], [entry])
      const key = await keyStarting(databases.blocks, 'h')
      const damaged = async () => expect(await headers()).toEqual([])
      await damageValue(databases.blocks, key, damaged)
      await damageKey(databases.blocks, key, damaged)
      expect(await headers()).toEqual([entry])
    })

    test('gives no damaged coin, neither to who asks for it nor to a walk', async () => {
      await store.coins.write([[coinAt(1), coinOf(1)]], tipAt(1))
      const key = await keyStarting(databases.chainstate, 'c')
      const damage = { name: 'StoreError', code: 'damaged' }
      const walked = async (): Promise<void> => {
        const walk = store.coins.walk()
        await expect(walk.next(10)).rejects.toMatchObject(damage)
        await walk.close()
      }
      await damageValue(databases.chainstate, key, async () => {
        await expect(store.coins.getMany([coinAt(1)])).rejects.toMatchObject(damage)
        await walked()
      })
      await damageKey(databases.chainstate, key, async () => {
        expect(await store.coins.getMany([coinAt(1)])).toEqual([undefined])
        await walked()
      })
      expect(await store.coins.getMany([coinAt(1)])).toEqual([coinOf(1)])
    })

    test('gives no damaged tip', async () => {
      await store.coins.write([], tipAt(1))
      await damageValue(databases.chainstate, await keyStarting(databases.chainstate, 't'), async () => {
        await expect(store.coins.tip()).rejects.toMatchObject({ name: 'StoreError', code: 'damaged' })
      })
      expect(await store.coins.tip()).toEqual(tipAt(1))
    })
  })
}
