import { MemoryLevel } from 'memory-level'
import { type ChainStore, openStore } from '../../src/store/chain-store.js'
import type { Database } from '../../src/store/database.js'

type Level = MemoryLevel<Uint8Array, Uint8Array>

async function openLevel(): Promise<Level> {
  const encodings = { storeEncoding: 'view', keyEncoding: 'view', valueEncoding: 'view' } as const
  const level: Level = new MemoryLevel(encodings)
  await level.open()
  return level
}

/** Two databases that outlive the stores opened on them, and of whose writes one can be made to fail. */
export class FailingDisk {
  /** Writes that still succeed before one fails; those after it succeed again. */
  writesLeft = Number.POSITIVE_INFINITY
  /** Databases that are in use. */
  opened = 0

  private constructor(
    private readonly blocks: Level,
    private readonly chainstate: Level,
  ) {}

  static create = async (): Promise<FailingDisk> => new FailingDisk(await openLevel(), await openLevel())

  openStore(): Promise<ChainStore> {
    return openStore({ blocks: this.guard(this.blocks), chainstate: this.guard(this.chainstate) })
  }

  private guard(level: Level): Database {
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
            if (this.writesLeft-- === 0) throw new Error('no space left on device')
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
