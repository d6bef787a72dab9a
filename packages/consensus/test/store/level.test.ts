import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { recordKind } from '../../src/store/block-store.js'
import { walkAfresh } from '../../src/store/database.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { LevelDatabase } from '../../src/store/level-database.node.js'
import { liveTables, tablesAmong } from '../../src/store/live-tables.node.js'
import { coinAt, coinOf, tipAt } from '../support/store-records.js'

afterAll(removeTempDirs)

const block = new Uint8Array(5000).fill(7)

/** A closed replica with one block and one coin, both in LevelDB's table files. */
async function filledDir(dir = tempDir()): Promise<string> {
  const store = await openLevelStore(dir)
  await store.blocks.write([{ number: store.blocks.takeNumber(), kind: recordKind.block, bytes: block }], [])
  await store.coins.write([[coinAt(1), coinOf(1)]], tipAt(1))
  await store.close()
  // Opening moves what the log holds into a table.
  await (await openLevelStore(dir)).close()
  return dir
}

async function contents(dir: string) {
  const store = await openLevelStore(dir)
  const raw = await store.blocks.read(0, recordKind.block)
  const tip = await store.coins.tip()
  await store.close()
  return { block: raw?.length, coins: tip?.height }
}

const find = (folder: string, what: RegExp): string =>
  join(folder, readdirSync(folder).find(name => what.test(name)) as string)

const damages: Record<string, (folder: string) => void> = {
  'no CURRENT': folder => rmSync(join(folder, 'CURRENT')),
  'a CURRENT that names nothing': folder => writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-999999\n'),
  'an empty CURRENT': folder => truncateSync(join(folder, 'CURRENT')),
  'no MANIFEST': folder => rmSync(find(folder, /^MANIFEST/)),
  'a MANIFEST cut short': folder => truncateSync(find(folder, /^MANIFEST/), 20),
  'a MANIFEST with other bytes': folder => {
    const manifest = find(folder, /^MANIFEST/)
    writeFileSync(manifest, readFileSync(manifest).fill(0xaa, 4, 12))
  },
}

describe('a folder of LevelDB that is damaged', () => {
  test.each(Object.keys(damages))('%s: blocks are saved, coins begun anew', async name => {
    const dir = await filledDir()
    damages[name]!(join(dir, 'blocks'))
    expect(await contents(dir)).toEqual({ block: block.length, coins: 1 })
    damages[name]!(join(dir, 'chainstate'))
    expect(await contents(dir)).toEqual({ block: block.length, coins: undefined })
  })

  test('a table that is gone takes its own records with it and no others', async () => {
    const dir = await filledDir()
    rmSync(find(join(dir, 'blocks'), /\.ldb$/))
    expect(await contents(dir)).toEqual({ block: undefined, coins: 1 })
  })
})

describe('a table of blocks with another bit', () => {
  const records = new Map(['first', 'middle', 'last'].map(name => [name, block]))
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
  const tableIn = (dir: string): string => find(dir, /\.ldb$/)

  /** Each record is in a part of the table of its own, the first of them damaged in its key. */
  async function damagedDir(): Promise<string> {
    const dir = tempDir()
    const database = await LevelDatabase.open(dir, 'repair', {})
    const batch = database.batch()
    for (const [key, value] of records) batch.put(bytesOf(key), value)
    await batch.write({ sync: true })
    await database.compactRange(new Uint8Array(0), new Uint8Array(40).fill(255))
    await database.close()
    const table = readFileSync(tableIn(dir))
    table[table.indexOf('first')]! ^= 0x10
    writeFileSync(tableIn(dir), table)
    return dir
  }

  async function keysIn(dir: string, quickLook: number): Promise<string[]> {
    const database = await LevelDatabase.open(dir, 'repair', { quickLook })
    const found: string[] = []
    for (const name of [...records.keys(), 'virst'])
      if ((await database.get(bytesOf(name)))?.length === block.length) found.push(name)
    await database.close()
    return found
  }

  test('loses what the bit was in, and nothing else', async () => {
    const dir = await damagedDir()
    expect(await keysIn(dir, 1 << 20)).toEqual(['middle', 'last'])
    expect(readdirSync(dir).filter(name => /damaged$/i.test(name))).toEqual([])
    expect(await keysIn(dir, 1 << 20)).toEqual(['middle', 'last'])
  })

  test('is found after a run that did not end well, however large the tables are', async () => {
    const dir = await damagedDir()
    const copy = tempDir()
    const database = await LevelDatabase.open(dir, 'repair', { quickLook: 0 })
    cpSync(dir, copy, { recursive: true })
    await database.close()
    expect(await keysIn(copy, 0)).toEqual(['middle', 'last'])
  })

  test('is mended though mending was interrupted', async () => {
    const dir = await damagedDir()
    writeFileSync(join(dir, 'DAMAGED'), '')
    renameSync(tableIn(dir), `${tableIn(dir)}.damaged`)
    expect(await keysIn(dir, 0)).toEqual(['middle', 'last'])
  })
})

describe('a table that was not written to its end', () => {
  /** A folder with many tables, in use when its process ended. */
  async function killedDir(): Promise<string> {
    const dir = tempDir()
    const database = await LevelDatabase.open(dir, 'renew', { writeBufferSize: 1 << 16, maxFileSize: 1 << 20 })
    for (let round = 0; round < 25; round++) {
      const batch = database.batch()
      // What changes is told with the first and the last key of each table: such keys make that long.
      for (let n = 0; n < 20; n++) batch.put(new Uint8Array(3_000).fill(round * 7 + n), block)
      await batch.write({ sync: true })
    }
    await database.close()
    writeFileSync(join(dir, 'IN-USE'), '')
    return dir
  }

  const tablesIn = (dir: string): string[] => tablesAmong(readdirSync(dir))

  test.each(['renew', 'repair'] as const)('is no damage, and goes (%s)', async remedy => {
    const dir = await killedDir()
    const half = readFileSync(join(dir, tablesIn(dir)[0] as string)).subarray(0, 2_000)
    writeFileSync(join(dir, '900000.ldb'), half)
    const database = await LevelDatabase.open(dir, remedy, {})
    expect(database.remedied).toBe(false)
    expect(await database.get(new Uint8Array(3_000).fill(1))).toHaveLength(block.length)
    await database.close()
    expect(tablesIn(dir)).not.toContain('900000.ldb')
  })

  test('is told from those that the database has', async () => {
    const dir = await killedDir()
    expect(readFileSync(find(dir, /^MANIFEST/)).length).toBeGreaterThan(2 * 32_768)
    const live = await liveTables(dir, readdirSync(dir))
    expect(live.length).toBeGreaterThan(1)
    for (const table of tablesIn(dir)) if (!live.includes(table)) rmSync(join(dir, table))

    const isRemedied = async (damage: (copy: string) => void): Promise<boolean> => {
      const copy = tempDir()
      cpSync(dir, copy, { recursive: true })
      damage(copy)
      const database = await LevelDatabase.open(copy, 'renew', {})
      await database.close()
      return database.remedied
    }
    expect(await isRemedied(() => undefined)).toBe(false)
    for (const table of live) {
      expect(await isRemedied(copy => rmSync(join(copy, table)))).toBe(true)
      expect(await isRemedied(copy => truncateSync(join(copy, table), 2_000))).toBe(true)
    }
  })
})

test('a folder in which a database was about to be made is a new one', async () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'MANIFEST-000001'), '')
  const database = await LevelDatabase.open(dir, 'renew', {})
  expect(database.remedied).toBe(false)
  await database.close()
  rmSync(join(dir, 'CURRENT'))
  const damaged = await LevelDatabase.open(dir, 'renew', {})
  expect(damaged.remedied).toBe(true)
  await damaged.close()
})

describe('a folder that cannot be read for another reason', () => {
  test.each(['CURRENT', 'MANIFEST'])('%s: both databases are left as they are', async file => {
    // The folder's own name must not be taken for what LevelDB says.
    const dir = await filledDir(join(tempDir(), 'corrupt checksum'))
    for (const name of ['blocks', 'chainstate']) {
      const path = find(join(dir, name), new RegExp(`^${file}`))
      const saved = readFileSync(path)
      const table = find(join(dir, name), /\.ldb$/)
      rmSync(path)
      mkdirSync(path)
      await expect(openLevelStore(dir)).rejects.toMatchObject({ name: 'StoreError', code: 'failed' })
      expect(existsSync(table)).toBe(true)
      rmSync(path, { recursive: true })
      writeFileSync(path, saved)
    }
    expect(await contents(dir)).toEqual({ block: block.length, coins: 1 })
  })

  test('one process at a time', async () => {
    const dir = await filledDir()
    const store = await openLevelStore(dir)
    await expect(openLevelStore(dir)).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining(dir) })
    await store.close()
    expect(await contents(dir)).toEqual({ block: block.length, coins: 1 })
  })
})

describe('a walk over much', () => {
  /** Tables of the folder that are mapped into memory; undefined where nobody tells. */
  const mapped = (folder: string): number | undefined =>
    existsSync('/proc/self/maps')
      ? readFileSync('/proc/self/maps', 'utf8')
          .split('\n')
          .filter(line => line.includes(folder)).length
      : undefined

  test('finds every record once, and lets go of the memory of those behind it', async () => {
    const folder = join(tempDir(), 'walked')
    const database = await LevelDatabase.open(folder, 'repair', {})
    const batch = database.batch()
    for (let i = 0; i < 3000; i++) batch.put(Uint8Array.of(7, i >> 8, i), new Uint8Array(100))
    batch.put(Uint8Array.of(8), block)
    await batch.write()
    await database.compactRange(Uint8Array.of(0), Uint8Array.of(255))
    const range = { gte: Uint8Array.of(7), lt: Uint8Array.of(8) }
    const found: number[] = []
    const maps: (number | undefined)[] = []
    const relieve = database.relieve.bind(database)
    database.relieve = async () => {
      await relieve()
      maps.push(mapped(folder))
    }
    for await (const step of walkAfresh(database, range, 100_000))
      for (const [key] of step) found.push((key[1] as number) * 256 + (key[2] as number))
    expect(found).toEqual(Array.from({ length: 3000 }, (_, i) => i))
    expect(maps.map(count => count ?? 0)).toEqual([0, 0, 0])
    await database.close()
  })
})
