import { type ChainStore, openStore } from './chain-store.js'
import { folder } from './coin-folders.js'
import { MemoryFolders, openMemoryDatabase } from './memory-folders.js'

/** A replica that is gone with the process: for tests, and for a node that shall leave nothing behind. */
export async function openMemoryStore(): Promise<ChainStore> {
  const folders = new MemoryFolders()
  return openStore({ blocks: await openMemoryDatabase(), chainstate: await folders.open(folder.coins), folders })
}
