import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CoinFolders } from './coin-folders.js'
import { LevelDatabase, type LevelOptions } from './level-database.node.js'
import { StoreError } from './store-error.js'

/** Makes the disk know the names in a folder, where the system lets a folder be synced. */
async function syncNames(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folders of coins in a data directory. Damaged coins are all forgotten: they can be made or loaded again. */
export class LevelFolders implements CoinFolders {
  constructor(
    private readonly dir: string,
    private readonly options: LevelOptions,
  ) {}

  open(name: string): Promise<LevelDatabase> {
    return LevelDatabase.open(join(this.dir, name), 'renew', this.options)
  }

  has(name: string): Promise<boolean> {
    return stat(join(this.dir, name)).then(
      () => true,
      () => false,
    )
  }

  async rename(from: string, to: string): Promise<void> {
    await this.change(`rename ${join(this.dir, from)}`, rename(join(this.dir, from), join(this.dir, to)))
  }

  async remove(name: string): Promise<void> {
    if (!(await this.has(name))) return
    await this.change(`remove ${join(this.dir, name)}`, rm(join(this.dir, name), { recursive: true, force: true }))
  }

  private async change(what: string, changing: Promise<void>): Promise<void> {
    try {
      await changing
      await syncNames(this.dir)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new StoreError('failed', `cannot ${what}: ${why}`, { cause: error })
    }
  }
}
