import { MemoryLevel } from 'memory-level'
import { type ChainStore, openStore } from './chain-store.js'

/** An empty database that is gone with the process. */
export const openMemoryDatabase = async (): Promise<MemoryLevel<Uint8Array, Uint8Array>> => {
  const database = new MemoryLevel<Uint8Array, Uint8Array>({
    storeEncoding: 'view',
    keyEncoding: 'view',
    valueEncoding: 'view',
  })
  await database.open()
  return database
}

/** A replica that is gone with the process: for tests, and for a node that shall leave nothing behind. */
export const openMemoryStore = async (): Promise<ChainStore> =>
  openStore({ blocks: await openMemoryDatabase(), chainstate: await openMemoryDatabase() })
