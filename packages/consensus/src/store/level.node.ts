import { join } from 'node:path'
import { type ChainStore, openStore, type StoreDatabases } from './chain-store.js'
import { folder } from './coin-folders.js'
import { LevelFolders } from './coin-folders.node.js'
import type { Database } from './database.js'
import { LevelDatabase, type LevelOptions } from './level-database.node.js'
import { settleFolders } from './snapshot-coins.js'

export type { LevelOptions } from './level-database.node.js'
export { placeOf } from './place.node.js'

const MB = 1 << 20

/** Hashes and signatures do not compress; larger write buffers would only make opening slower. */
const defaults: Required<LevelOptions> = {
  cacheSize: 32 * MB,
  writeBufferSize: 16 * MB,
  maxFileSize: 32 * MB,
  quickLook: 64 * MB,
}
/** What is written in the order of its keys gains nothing by large files, and they take memory while they are merged. */
const blockDefaults: Required<LevelOptions> = { ...defaults, writeBufferSize: 8 * MB, maxFileSize: 8 * MB }

/**
 * Opens or creates the databases in `<dir>/blocks` and `<dir>/chainstate`, the latter being what was a snapshot's coins if
 * these proved valid. Of damaged blocks what can be read is kept,
 * each record being guarded by its checksum; coins can be made again, and damaged ones are all forgotten. Throws a
 * StoreError: `locked`, `failed`.
 */
export async function openLevelDatabases(dir: string, options: LevelOptions = {}): Promise<StoreDatabases> {
  const blocks = await LevelDatabase.open(join(dir, 'blocks'), 'repair', { ...blockDefaults, ...options })
  const folders = new LevelFolders(dir, { ...defaults, ...options })
  try {
    await settleFolders(blocks, folders)
    const chainstate = await folders.open(folder.coins)
    return { blocks, chainstate, folders, coinsOnDisk: () => chainstate.bytesOnDisk(), repaired: blocks.remedied }
  } catch (error) {
    await blocks.close()
    throw error
  }
}

/** The replica in a folder; `openChain` makes the coins again where they were forgotten. Throws a StoreError. */
export async function openLevelStore(dir: string, options: LevelOptions = {}): Promise<ChainStore> {
  const databases = await openLevelDatabases(dir, options)
  try {
    return await openStore(databases)
  } catch (error) {
    await databases.chainstate.close()
    await databases.blocks.close()
    throw error
  }
}

/** An index has less to remember than coins. */
const indexSizes: LevelOptions = { cacheSize: 2 * MB, writeBufferSize: 4 * MB, maxFileSize: 32 * MB }

/** Opens or creates the database of an index in `<dir>/indexes/<folder>`; a damaged one is begun anew. Throws a StoreError. */
export const openLevelIndex = (dir: string, folder: string, options: LevelOptions = {}): Promise<Database> =>
  LevelDatabase.open(join(dir, 'indexes', folder), 'renew', { ...indexSizes, ...options })
