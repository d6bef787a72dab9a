import { MemoryLevel } from 'memory-level'
import type { CoinFolders } from './coin-folders.js'
import type { Database } from './database.js'

type Level = MemoryLevel<Uint8Array, Uint8Array>

/** A database that is gone with the process. */
export async function openMemoryDatabase(): Promise<Level> {
  const encodings = { storeEncoding: 'view', keyEncoding: 'view', valueEncoding: 'view' } as const
  const level: Level = new MemoryLevel(encodings)
  await level.open()
  return level
}

/** Folders of coins that are gone with the process; until then they outlive who has opened them. */
export class MemoryFolders implements CoinFolders {
  private readonly levels = new Map<string, Level>()

  async open(name: string): Promise<Database> {
    const level = this.levels.get(name) ?? (await openMemoryDatabase())
    this.levels.set(name, level)
    return {
      get: key => level.get(key),
      getMany: keys => level.getMany(keys),
      batch: () => level.batch(),
      iterator: range => level.iterator(range),
      clear: range => level.clear(range),
      close: () => Promise.resolve(),
    }
  }

  has(name: string): Promise<boolean> {
    return Promise.resolve(this.levels.has(name))
  }

  rename(from: string, to: string): Promise<void> {
    const level = this.levels.get(from)
    if (level) this.levels.set(to, level)
    this.levels.delete(from)
    return Promise.resolve()
  }

  remove(name: string): Promise<void> {
    this.levels.delete(name)
    return Promise.resolve()
  }
}
