import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Ended, TestProcess } from './child-processes.js'
import { callRpc, type RpcAccess } from './rpc-call.js'
import { withDeadline } from './waiting.js'

/** The committed launcher of the `raistone` command. */
export const raistoneLauncher = fileURLToPath(new URL('../../../node/bin/raistone.js', import.meta.url))

const READY_DEADLINE_MS = 30_000
const RUN_DEADLINE_MS = 60_000

export interface RunOptions {
  /** For its standard input, which is otherwise empty. */
  readonly input?: string | Uint8Array
  /** Besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** After which it is killed; a minute if left out. */
  readonly deadlineMs?: number
}

/** A `raistone …` command that runs. */
export function spawnRaistone(args: readonly string[], options: RunOptions = {}): TestProcess {
  const { input, env, cwd } = options
  return new TestProcess(process.execPath, [raistoneLauncher, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  })
}

/** Runs `raistone …` to its end, as a user's shell would; never rejects because of an exit code. */
export async function runRaistone(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawnRaistone(args, options)
  const timer = setTimeout(() => child.signal('SIGKILL'), options.deadlineMs ?? RUN_DEADLINE_MS)
  try {
    return await child.ended
  } finally {
    clearTimeout(timer)
  }
}

/** The line that `raistone node --json` prints once it is ready. */
export interface ReadyFacts {
  readonly version: string
  readonly chain: string
  readonly networkId: string
  readonly peerId: string
  readonly multiaddrs: readonly string[]
  /** URL of its JSON-RPC; null when it has none. */
  readonly rpc: string | null
  readonly cookie: string | null
  readonly pid: number
}

export interface NodeOptions extends Omit<RunOptions, 'input' | 'deadlineMs'> {
  readonly datadir: string
  /** regtest if left out. */
  readonly chain?: string
  /** Further arguments; ports are 0, any free one, unless given here. */
  readonly args?: readonly string[]
  readonly readyDeadlineMs?: number
}

/** A `raistone node` in a process of its own, ready. */
export interface NodeProcess {
  readonly process: TestProcess
  readonly datadir: string
  readonly ready: ReadyFacts
  readonly peerId: string
  readonly multiaddrs: readonly string[]
  readonly rpcUrl: string
  readonly cookieFile: string
  /** Calls a method of its JSON-RPC; rejects with an RpcCallError that carries the code. */
  rpc<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
  /** SIGTERM, as a service manager would; resolves when it has ended. */
  stop(): Promise<Ended>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<Ended>
}

const names = (args: readonly string[], option: string): boolean =>
  args.some(arg => arg === `--${option}` || arg.startsWith(`--${option}=`))

const anyPort = (args: readonly string[]): string[] =>
  ['port', 'rpcport'].filter(option => !names(args, option)).map(option => `--${option}=0`)

/** User and password as a cookie file has them, read for each call: a restarted node writes a new one. */
const cookieAccess = (url: string, cookieFile: string): (() => RpcAccess) => {
  return () => ({ url, credentials: readFileSync(cookieFile, 'utf8').trim() })
}

/** Starts a node and resolves when it says that it is ready; a node that is not ready in time is killed. */
export async function startNodeProcess(options: NodeOptions): Promise<NodeProcess> {
  const { datadir, chain = 'regtest', args = [], readyDeadlineMs = READY_DEADLINE_MS, env, cwd } = options
  const words = ['node', `--chain=${chain}`, `--datadir=${datadir}`, '--json', ...anyPort(args), ...args]
  const child = spawnRaistone(words, { ...(env ? { env } : {}), ...(cwd === undefined ? {} : { cwd }) })
  try {
    const line = await withDeadline(
      child.line(text => text.startsWith('{') && text.includes('"peerId"')),
      readyDeadlineMs,
      `the node's ready line`,
    )
    const ready = JSON.parse(line) as ReadyFacts
    const rpcUrl = ready.rpc ?? ''
    const cookieFile = ready.cookie ?? ''
    const access = cookieAccess(rpcUrl, cookieFile)
    return {
      process: child,
      datadir,
      ready,
      peerId: ready.peerId,
      multiaddrs: ready.multiaddrs,
      rpcUrl,
      cookieFile,
      rpc: (method, ...params) => callRpc(access(), method, params),
      stop: () => child.stop(),
      kill: () => child.kill(),
    }
  } catch (error) {
    await child.kill().catch(() => undefined)
    throw new Error(`${(error as Error).message}\n${child.stderr}`, { cause: error })
  }
}
