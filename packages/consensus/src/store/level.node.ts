import { rm } from 'node:fs/promises'
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
const causeCode = (error: unknown): string => {
  const cause = error instanceof Error && error.cause
  return cause && typeof cause === 'object' && 'code' in cause ? String(cause.code) : ''
}

async function openDatabase(folder: string, options: LevelOptions): Promise<Level> {
  const database: Level = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  try {
    await database.open({ ...defaults, ...options, compression: false })
    return database
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const why = cause instanceof Error ? cause.message : String(error)
    const code = causeCode(error)
    if (code === 'LEVEL_LOCKED')
      throw new StoreError('locked', `${folder} is in use by another process`, { cause: error })
    const damaged = code === 'LEVEL_CORRUPTION' || /corrupt|checksum|manifest|CURRENT/i.test(why)
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
