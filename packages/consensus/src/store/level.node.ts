import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { type ChainStore, openStore } from './chain-store.js'
import { StoreError } from './store-error.js'

type Level = ClassicLevel<Uint8Array, Uint8Array>

/** How much memory LevelDB may take for each database; all in bytes. */
export interface LevelOptions {
  readonly cacheSize?: number
  readonly writeBufferSize?: number
  readonly maxFileSize?: number
}

const MB = 1 << 20

/** Hashes and signatures do not compress; larger write buffers would only make opening slower. */
const defaults: Required<LevelOptions> = { cacheSize: 32 * MB, writeBufferSize: 16 * MB, maxFileSize: 32 * MB }

/** abstract-level wraps what LevelDB says in a cause. */
function causeOf(error: unknown): { readonly code: string; readonly why: string } {
  const cause = error && typeof error === 'object' && 'cause' in error ? error.cause : undefined
  if (!cause || typeof cause !== 'object') return { code: '', why: String(error) }
  return {
    code: 'code' in cause ? String(cause.code) : '',
    why: 'message' in cause ? String(cause.message) : String(cause),
  }
}

/** A file that others name is gone. Other failures to read, such as too many open files, are no damage. */
const fileIsMissing = /(No such file or directory|cannot find the (file|path) specified)\.?\s*$/i

/** LevelDB takes a folder without `CURRENT` for a new database and throws away the files in it. */
async function refuseHeadless(folder: string): Promise<void> {
  const files = await readdir(folder).catch((): string[] => [])
  if (!files.includes('CURRENT') && files.some(file => /\.ldb$|^MANIFEST-/.test(file)))
    throw new StoreError('damaged', `${folder} has lost its file CURRENT`)
}

async function openDatabase(folder: string, options: LevelOptions): Promise<Level> {
  await refuseHeadless(folder)
  const database: Level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await database.open({ ...defaults, ...options, compression: false })
    return database
  } catch (error) {
    const { code, why } = causeOf(error)
    if (code === 'LEVEL_LOCKED')
      throw new StoreError('locked', `${folder} is in use by another process`, { cause: error })
    const damaged = code === 'LEVEL_CORRUPTION' || (code === 'LEVEL_IO_ERROR' && fileIsMissing.test(why))
    throw new StoreError(damaged ? 'damaged' : 'failed', `cannot open ${folder}: ${why}`, { cause: error })
  }
}

const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === 'damaged'

/** Blocks are worth saving: what can be read of a damaged database is kept, each record guarded by its checksum. */
async function openBlocks(folder: string, options: LevelOptions): Promise<Level> {
  try {
    return await openDatabase(folder, options)
  } catch (error) {
    if (!isDamage(error)) throw error
    await ClassicLevel.repair(folder)
    return openDatabase(folder, options)
  }
}

/** Coins can be made again from the blocks: a database that does not open is begun anew. */
async function openChainstate(folder: string, options: LevelOptions): Promise<Level> {
  try {
    return await openDatabase(folder, options)
  } catch (error) {
    if (!isDamage(error)) throw error
    await rm(folder, { recursive: true, force: true })
    return openDatabase(folder, options)
  }
}

const FIRST_KEY = new Uint8Array(0)
const LAST_KEY = new Uint8Array(40).fill(255)

/**
 * Opens or creates the replica in `<dir>/blocks` and `<dir>/chainstate`. Throws a StoreError: `locked`, `newer-format`,
 * `failed`. A damaged `chainstate/` is emptied, a damaged `blocks/` repaired; `openChain` does the rest.
 */
export async function openLevelStore(dir: string, options: LevelOptions = {}): Promise<ChainStore> {
  const blocks = await openBlocks(join(dir, 'blocks'), options)
  try {
    const chainstate = await openChainstate(join(dir, 'chainstate'), options)
    try {
      return await openStore({
        blocks,
        chainstate,
        coinsOnDisk: () => chainstate.approximateSize(FIRST_KEY, LAST_KEY),
      })
    } catch (error) {
      await chainstate.close()
      throw error
    }
  } catch (error) {
    await blocks.close()
    throw error
  }
}
