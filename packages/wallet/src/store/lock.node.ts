import { readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** A process that wants the folder says so in `lock.<its id>`. */
const LOCK = /^lock\.(\d+)$/

/** Folders this process holds: its own file may be left over from a process that had the same id. */
const held = new Set<string>()

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Another process that is there, by its lock; locks of processes that are gone are removed. */
async function otherHolder(folder: string): Promise<number | undefined> {
  const names = await readdir(folder)
  const pids = names.map(name => Number(LOCK.exec(name)?.[1])).filter(pid => pid > 0 && pid !== process.pid)
  const gone = pids.filter(pid => !isAlive(pid))
  await Promise.all(gone.map(pid => rm(join(folder, `lock.${pid}`), { force: true })))
  return pids.find(pid => !gone.includes(pid))
}

/** What holds a folder until `release`, or the id of the process that holds it already. */
export type Locked = { readonly release: () => Promise<void> } | { readonly holder: number }

/**
 * One process at a time. Each says first that it comes and looks for others afterwards, so that of two at the same
 * moment both may go away but never both stay; a lock of a process that was killed counts for nothing.
 */
export async function lockFolder(path: string): Promise<Locked> {
  const folder = resolve(path)
  if (held.has(folder)) return { holder: process.pid }
  held.add(folder)
  const file = join(folder, `lock.${process.pid}`)
  const release = async (): Promise<void> => {
    await rm(file, { force: true })
    held.delete(folder)
  }
  try {
    await writeFile(file, '', { mode: 0o600 })
    const holder = await otherHolder(folder)
    if (holder === undefined) return { release }
    await release()
    return { holder }
  } catch (error) {
    await release()
    throw error
  }
}
