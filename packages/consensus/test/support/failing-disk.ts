import { type ChainStore, openStore } from '../../src/store/chain-store.js'
import { type CoinFolders, folder } from '../../src/store/coin-folders.js'
import type { Database } from '../../src/store/database.js'
import { MemoryFolders, openMemoryDatabase } from '../../src/store/memory-folders.js'
import { settleFolders } from '../../src/store/snapshot-coins.js'

/** Databases that outlive the stores opened on them, and of whose writes one can be made to fail. */
export class FailingDisk {
  /** Writes, and changes of folders, that still succeed before one fails; those after it succeed again. */
  writesLeft = Number.POSITIVE_INFINITY
  /** Those after it fail too, as if the process had ended. */
  dies = false
  /** Databases that are in use. */
  opened = 0
  readonly folders = new MemoryFolders()

  private constructor(private readonly blocks: Database) {}

  static create = async (): Promise<FailingDisk> => new FailingDisk(await openMemoryDatabase())

  async openStore(): Promise<ChainStore> {
    const folders = this.guardFolders()
    await settleFolders(this.blocks, folders)
    return openStore({ blocks: this.guard(this.blocks), chainstate: await folders.open(folder.coins), folders })
  }

  private count(): void {
    const left = this.writesLeft--
    if (left === 0 || (this.dies && left < 0)) throw new Error('no space left on device')
  }

  private guardFolders(): CoinFolders {
    const { folders } = this
    return {
      open: async name => this.guard(await folders.open(name)),
      has: name => folders.has(name),
      rename: async (from, to) => {
        this.count()
        await folders.rename(from, to)
      },
      remove: async name => {
        this.count()
        await folders.remove(name)
      },
    }
  }

  private guard(level: Database): Database {
    this.opened++
    return {
      get: key => level.get(key),
      getMany: keys => level.getMany(keys),
      iterator: range => level.iterator(range),
      clear: range => level.clear(range),
      batch: () => {
        const batch = level.batch()
        return {
          put: (key, value) => batch.put(key, value),
          del: key => batch.del(key),
          write: async () => {
            this.count()
            await batch.write()
          },
        }
      },
      close: () => {
        this.opened--
        return Promise.resolve()
      },
    }
  }
}
