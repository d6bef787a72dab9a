import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Database, DatabaseIterator, KeyRange, WriteBatch } from './database.js'
import { whatFailed } from './level-error.node.js'
import { liveTables, tablesAmong } from './live-tables.node.js'
import { placeOf } from './place.node.js'
import { StoreError } from './store-error.js'
import { damagedTables, soundRecords } from './table-check.node.js'

type Level = ClassicLevel<Uint8Array, Uint8Array>

/** How much memory LevelDB may take for each database; all in bytes. */
export interface LevelOptions {
  readonly cacheSize?: number
  readonly writeBufferSize?: number
  readonly maxFileSize?: number
  /** Tables of a folder that would be repaired are looked through at every start if they are no more than this. */
  readonly quickLook?: number
}

/**
 * What becomes of a folder that cannot be read. `renew`: it is begun anew, and its tables are looked through whenever it
 * is opened, because what it no longer finds would be taken for absent. `repair`: what can be read of it is kept, and
 * its tables are looked through if they are few, or if the last run did not end well: where LevelDB merges tables with
 * keys that are out of order, it ends the process.
 */
export type Remedy = 'renew' | 'repair'

/** Lies in a folder that is to be repaired; no name of LevelDB's, as all these. */
const MARK = 'DAMAGED'
/** Lies in a folder as long as a process has it open. */
const IN_USE = 'IN-USE'
/** What the name of a damaged table ends with, until its sound records have been read. */
const SET_ASIDE = '.damaged'
/** Where LevelDB's repair puts what it has replaced. */
const REPLACED = 'lost'

/** What an iterator reads at once, the last record going beyond it. */
const READ_AHEAD_BYTES = 1 << 18

const FIRST_KEY = new Uint8Array(0)
const LAST_KEY = new Uint8Array(40).fill(255)

/** What a database has from its first moment on. Making one begins with a first manifest, which may be all there is after a crash. */
const PROPER_FILE = /\.(ldb|log)$|^MANIFEST-(?!000001$)/

/** LevelDB takes a folder without `CURRENT` for a new database and throws away the files in it. */
async function refuseUnreadable(folder: string, remedy: Remedy, { quickLook = 0 }: LevelOptions): Promise<void> {
  const files = await readdir(folder).catch((): string[] => [])
  if (!files.includes('CURRENT') && files.some(file => PROPER_FILE.test(file)))
    throw new StoreError('damaged', `${folder} has lost its file CURRENT`)
  if (files.includes(MARK)) throw new StoreError('damaged', `${folder} was found damaged`)
  const tables = await liveTables(folder, files)
  if (remedy === 'repair' && !files.includes(IN_USE) && (await bytesOf(folder, tables)) > quickLook) return
  for await (const table of damagedTables(folder, tables))
    throw new StoreError('damaged', `${join(folder, table)} is damaged`)
}

async function bytesOf(folder: string, tables: readonly string[]): Promise<number> {
  let bytes = 0
  for (const table of tables) bytes += (await stat(join(folder, table))).size
  return bytes
}

/** Puts the sound records of the tables that were set aside where no newer ones are, and lets go of a table when the disk has them. */
async function salvage(level: Level, folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.endsWith(SET_ASIDE)) continue
    const batch = level.batch()
    for (const [key, value] of soundRecords(await readFile(join(folder, file))))
      if (!(await level.get(key))) batch.put(key, value)
    await batch.write({ sync: true })
    await rm(join(folder, file))
  }
}

async function openLevel(folder: string, options: LevelOptions): Promise<Level> {
  const level: Level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await level.open({ ...options, compression: false })
    return level
  } catch (error) {
    const { kind, why } = whatFailed(error)
    if (kind === 'locked') throw new StoreError('locked', `${folder} is in use by another process`, { cause: error })
    throw new StoreError(kind, `cannot open ${folder}: ${why}`, { cause: error })
  }
}

const remedies: Readonly<Record<Remedy, (folder: string, options: LevelOptions) => Promise<Level>>> = {
  renew: async (folder, options) => {
    await rm(folder, { recursive: true, force: true })
    return openLevel(folder, options)
  },
  repair: async (folder, options) => {
    await writeFile(join(folder, MARK), '')
    // Also of those that the database does not have: what is repaired is made of all that lie there.
    for await (const table of damagedTables(folder, tablesAmong(await readdir(folder))))
      await rename(join(folder, table), join(folder, `${table}${SET_ASIDE}`))
    await ClassicLevel.repair(folder)
    const level = await openLevel(folder, options)
    // Repaired tables lie side by side, whatever was newer: only merged do they answer with the newest record again.
    await level.compactRange(FIRST_KEY, LAST_KEY)
    await salvage(level, folder)
    for (const name of [REPLACED, MARK]) await rm(join(folder, name), { recursive: true, force: true })
    return level
  },
}

async function open(folder: string, remedy: Remedy, options: LevelOptions): Promise<readonly [Level, boolean]> {
  try {
    await refuseUnreadable(folder, remedy, options)
    return [await openLevel(folder, options), false]
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'damaged') throw error
    return [await remedies[remedy](folder, options), true]
  }
}

/** A folder of LevelDB as the store sees it: whatever LevelDB cannot do is a StoreError that names the folder. */
export class LevelDatabase implements Database {
  private constructor(
    private level: Level,
    private readonly folder: string,
    private readonly remedy: Remedy,
    private readonly options: LevelOptions,
    private place: string,
    /** It could not be read, and the remedy was taken. */
    readonly remedied: boolean,
  ) {}

  static async open(folder: string, remedy: Remedy, options: LevelOptions): Promise<LevelDatabase> {
    const [level, remedied] = await open(folder, remedy, options)
    // Where it cannot be written, less is looked through next time.
    if (remedy === 'repair') await writeFile(join(folder, IN_USE), '').catch(() => undefined)
    return new LevelDatabase(level, folder, remedy, options, placeOf(folder), remedied)
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.guard('read', this.level.get(key))
  }

  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.guard('read', this.level.getMany(keys))
  }

  batch(): WriteBatch {
    const batch = this.level.batch()
    return {
      put: (key, value) => batch.put(key, value),
      del: key => batch.del(key),
      write: options => this.guard('write', this.written(batch.write(options ?? {}))),
    }
  }

  iterator(range: KeyRange): DatabaseIterator {
    const iterator = this.level.iterator({ ...range, highWaterMarkBytes: READ_AHEAD_BYTES })
    return {
      nextv: most => this.guard('read', iterator.nextv(most)),
      close: () => iterator.close(),
    }
  }

  clear(range: KeyRange): Promise<void> {
    return this.guard('write', this.level.clear(range))
  }

  /** Everything is gone, whatever state it was in, and the disk knows. */
  async renew(): Promise<void> {
    await this.level.close()
    await rm(this.folder, { recursive: true, force: true })
    this.level = await openLevel(this.folder, this.options)
    this.place = placeOf(this.folder)
  }

  /** LevelDB maps the tables that it reads into memory, and lets go of them when it is closed. */
  async relieve(): Promise<void> {
    await this.level.close()
    this.level = await openLevel(this.folder, this.options)
  }

  async close(): Promise<void> {
    await this.level.close()
    await rm(join(this.folder, IN_USE), { force: true }).catch(() => undefined)
  }

  compactRange(from: Uint8Array, to: Uint8Array): Promise<void> {
    return this.guard('write', this.level.compactRange(from, to))
  }

  approximateSize(from: Uint8Array, to: Uint8Array): Promise<number> {
    return this.guard('read', this.level.approximateSize(from, to))
  }

  /** Bytes that its tables take, roughly. */
  bytesOnDisk(): Promise<number> {
    return this.approximateSize(FIRST_KEY, LAST_KEY)
  }

  /** LevelDB goes on writing to files that somebody has deleted under it. */
  private async written(writing: Promise<void>): Promise<void> {
    await writing
    const place = placeOf(this.folder)
    if (place !== this.place) throw new Error(place === '' ? 'the folder is gone' : 'the folder was replaced')
  }

  private async guard<T>(what: 'read' | 'write', working: Promise<T>): Promise<T> {
    try {
      return await working
    } catch (error) {
      throw await this.asStoreError(what, error)
    }
  }

  private async asStoreError(what: 'read' | 'write', error: unknown): Promise<StoreError> {
    const { kind, why } = whatFailed(error)
    const text = `cannot ${what} ${this.folder}: ${why}`
    if (kind !== 'damaged' || placeOf(this.folder) !== this.place)
      return new StoreError('failed', text, { cause: error })
    if (this.remedy === 'renew') return new StoreError('damaged', text, { cause: error })
    await writeFile(join(this.folder, MARK), '').catch(() => undefined)
    return new StoreError('repair', `${text}; it is repaired at the next start`, { cause: error })
  }
}
