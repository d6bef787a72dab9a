import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChainParams } from '@raistone/consensus'
import { failure } from './cli/cli-error.js'

/** Where each file of a chain lives: directories for what is replicated, otherwise plain files. */
export interface DataDirectory {
  readonly path: string
  readonly blocks: string
  readonly chainstate: string
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

/** The process that holds the directory; undefined if none does, or the one that did is gone. */
export function readHolder(directory: DataDirectory): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(directory.lock, 'utf8')) as Holder
    return Number.isInteger(holder.pid) && isAlive(holder.pid) ? holder : undefined
  } catch {
    return undefined
  }
}

const inUse = (directory: DataDirectory, holder: Holder | undefined): Error =>
  failure(
    holder
      ? `data directory ${directory.path} is in use by process ${holder.pid} (${holder.command}): stop it, or choose another --datadir`
      : `data directory ${directory.path} is in use by another process: stop it, or choose another --datadir`,
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
    const holder: Holder = { pid: process.pid, command, networkId: params.networkId }
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

  release(): void {
    rmSync(this.directory.lock, { force: true })
  }
}

const cannotWrite = (directory: DataDirectory, error: unknown): Error =>
  failure(`cannot write to data directory ${directory.path}: ${error instanceof Error ? error.message : String(error)}`)

function createDirectory(directory: DataDirectory): void {
  try {
    mkdirSync(directory.wallets, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw cannotWrite(directory, error)
  }
}

export { inUse }
