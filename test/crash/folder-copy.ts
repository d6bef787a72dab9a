import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const databaseNames = ['blocks', 'chainstate'] as const

/** What LevelDB's own thread changes when it merges tables. */
const lookOf = (folder: string): string =>
  readdirSync(folder)
    .sort()
    .map(name => (name.startsWith('MANIFEST') ? `${name} ${statSync(join(folder, name)).size}` : name))
    .join()

/** False if something was changed meanwhile. */
function tryCopy(from: string, to: string): boolean {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  const before = lookOf(from)
  try {
    for (const name of readdirSync(from)) if (name !== 'LOCK') copyFileSync(join(from, name), join(to, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  return lookOf(from) === before
}

/** Both databases as they are at one moment, while they are in use; nothing may be written to them meanwhile. */
export function copyDatabases(from: string, to: string): void {
  for (const name of databaseNames) while (!tryCopy(join(from, name), join(to, name)));
}
