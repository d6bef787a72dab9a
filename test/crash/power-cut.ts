import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { copyDatabases, databaseNames } from './folder-copy.js'
import type { AroundWrite, Which } from './watched.js'

/** A log of LevelDB and how much of it there is. */
interface LogLength {
  readonly file: string
  readonly bytes: number
}

const none: LogLength = { file: '', bytes: 0 }

function newestLog(dir: string, which: Which): LogLength {
  const file = readdirSync(join(dir, which))
    .filter(name => name.endsWith('.log'))
    .sort()
    .at(-1)
  return file === undefined ? none : { file, bytes: statSync(join(dir, which, file)).size }
}

/**
 * Knows how much of each log was on the disk for sure when a write was under way, and makes copies of the folder in
 * which anything behind that may be gone: what a loss of power leaves where fsync is honoured.
 */
export class PowerCut {
  private readonly synced: Record<Which, LogLength>
  writes = 0

  constructor(
    private readonly dir: string,
    private readonly random: () => number,
    /** Called after every write with a way to have the copy made. */
    private readonly moment: (cut: (to: string) => void) => Promise<void>,
  ) {
    this.synced = { blocks: none, chainstate: none }
  }

  readonly around: AroundWrite = async (write, which, sync) => {
    await write()
    this.writes++
    await this.moment(to => this.cut(to))
    if (sync) this.synced[which] = newestLog(this.dir, which)
  }

  private cut(to: string): void {
    copyDatabases(this.dir, to)
    for (const which of databaseNames) {
      const { file, bytes } = newestLog(to, which)
      const synced = this.synced[which]
      const sure = synced.file === file ? synced.bytes : 0
      if (file !== '') truncateSync(join(to, which, file), sure + Math.floor(this.random() * (bytes - sure + 1)))
    }
  }
}
