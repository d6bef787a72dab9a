import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChainParams } from '@raistone/consensus'
import { failure } from './cli/cli-error.js'

/** Where each file of a chain lives: directories for what is replicated, otherwise plain files. */
export interface DataDirectory {
  readonly path: string
  readonly blocks: string
  readonly chainstate: string
  readonly indexes: string
  readonly wallets: string
  readonly nodeKey: string
  readonly genesis: string
  readonly cookie: string
  readonly lock: string
  readonly log: string
}

export const dataDirectory = (path: string): DataDirectory => ({
  path,
  blocks: join(path, 'blocks'),
  chainstate: join(path, 'chainstate'),
  indexes: join(path, 'indexes'),
  wallets: join(path, 'wallets'),
  nodeKey: join(path, 'node.key'),
  genesis: join(path, 'genesis.json'),
  cookie: join(path, '.cookie'),
  lock: join(path, '.lock'),
  log: join(path, 'debug.log'),
})

/** Who holds a data directory, as its `.lock` file says. */
export interface Holder {
  readonly pid: number
  /** When the process began, where the system tells: its number alone may come again. */
  readonly started?: string
  readonly command: string
  /** URL of its JSON-RPC, once it answers. */
  readonly rpc?: string
  /** Multiaddr its peers can dial. */
  readonly peer?: string
  readonly networkId: string
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Boot and tick at which a process began, which no other of the same number shares; undefined where /proc is not. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold anything; the 22nd field is the 20th behind it.
    const tick = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${tick}`
  } catch {
    return undefined
  }
}

function isRunning({ pid, started }: Holder): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false
  const now = started === undefined ? undefined : startOf(pid)
  return now === undefined || now === started
}

/** What a `.lock` file says, whether that is still true or not. */
function readLock(directory: DataDirectory): Holder | undefined {
  try {
    return JSON.parse(readFileSync(directory.lock, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** The process that holds the directory; undefined if none does, or the one that did is gone. */
export function readHolder(directory: DataDirectory): Holder | undefined {
  const holder = readLock(directory)
  return holder && isRunning(holder) ? holder : undefined
}

/** Whoever cannot be named is not: our own number in the file says that another's entry is lost. */
const inUse = (directory: DataDirectory, holder: Holder | undefined): Error =>
  failure(
    holder && holder.pid !== process.pid
      ? `data directory ${directory.path} is in use by process ${holder.pid} (${holder.command}): stop it, or choose another --datadir`
      : `data directory ${directory.path} is in use already: stop who uses it, or choose another --datadir`,
  )

/**
 * The `.lock` file tells others who is here. What really keeps two processes apart is LevelDB's own lock, which the
 * system releases however the process ends; this file may be left over, and then names a process that is gone.
 */
export class DirectoryLock {
  private constructor(
    private readonly directory: DataDirectory,
    private holder: Holder,
  ) {}

  static take(directory: DataDirectory, command: string, params: ChainParams): DirectoryLock {
    createDirectory(directory)
    const started = startOf(process.pid)
    const holder: Holder = {
      pid: process.pid,
      ...(started === undefined ? {} : { started }),
      command,
      networkId: params.networkId,
    }
    try {
      writeFileSync(directory.lock, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(directory, error)
      const other = readHolder(directory)
      if (other) throw inUse(directory, other)
      writeFileSync(directory.lock, JSON.stringify(holder), { mode: 0o600 })
    }
    return new DirectoryLock(directory, holder)
  }

  /** Adds where JSON-RPC answers and peers dial, for whoever finds the directory in use. */
  publish(reachable: Pick<Holder, 'rpc' | 'peer'>): void {
    this.holder = { ...this.holder, ...reachable }
    writeFileSync(this.directory.lock, JSON.stringify(this.holder), { mode: 0o600 })
  }

  /** Leaves the file alone if it has become another process's. */
  release(): void {
    const found = readLock(this.directory)
    if (found === undefined || found.pid === this.holder.pid) rmSync(this.directory.lock, { force: true })
  }
}

const cannotWrite = (directory: DataDirectory, error: unknown): Error =>
  failure(`cannot write to data directory ${directory.path}: ${error instanceof Error ? error.message : String(error)}`)

/** A file of the directory that the system would not write or read, in one line; anything else as it is. */
export function writeFailure(directory: DataDirectory, error: unknown): unknown {
  const path = error instanceof Error && 'syscall' in error && 'path' in error ? String(error.path) : ''
  return path.startsWith(directory.path) ? cannotWrite(directory, error) : error
}

function createDirectory(directory: DataDirectory): void {
  try {
    mkdirSync(directory.wallets, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw cannotWrite(directory, error)
  }
}

export { inUse }
