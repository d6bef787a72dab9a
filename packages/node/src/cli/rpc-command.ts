import {
  createRpcClient,
  HttpError,
  paramsFromWords,
  parseJson,
  type RpcClient,
  RpcError,
  UnreachableError,
  WordError,
  writeJson,
} from '@raistone/rpc'
import { parseWords } from '../config/parse-words.js'
import { type Configured, configure } from '../config/settings.js'
import { CliError, exitCode, failure, usageError } from './cli-error.js'
import { commandHelp } from './help.js'
import type { Io } from './io.js'
import { indentJson } from './json-text.js'
import { locateRpc } from './rpc-location.js'

const DEFAULT_TIMEOUT_SEC = 900
const RETRY_MS = 500
/** The node answers, but is still starting. */
const IN_WARMUP = -28

/** What a person reads: strings bare, nothing for null, everything else indented. */
function shown(result: string): string {
  if (result === 'null') return ''
  return result.startsWith('"') ? (JSON.parse(result) as string) : indentJson(result)
}

/** bitcoin-cli exits with the absolute value of the error's code, of which a shell sees the last eight bits. */
const exitCodeOf = ({ code }: RpcError): number => Math.abs(code) & 255 || exitCode.failed

function asCliError(error: unknown): unknown {
  if (error instanceof HttpError && error.status === 401)
    return failure('authorization failed: wrong RPC user or password (see --rpccookiefile, RAISTONE_RPC_PASSWORD)')
  if (error instanceof HttpError || error instanceof UnreachableError) return failure(error.message)
  if (error instanceof WordError) return failure(error.message)
  // bitcoin-cli knows no code of its own for a node that cannot be reached.
  if (error instanceof CliError && error.code === exitCode.unreachable) return failure(error.message)
  return error
}

const mayComeUp = (error: unknown): boolean =>
  error instanceof UnreachableError ||
  (error instanceof RpcError && error.code === IN_WARMUP) ||
  (error instanceof CliError && error.code === exitCode.unreachable)

/** Tries until the node answers, if that was asked for. */
async function waiting<T>(configured: Configured, ask: () => Promise<T>): Promise<T> {
  const { settings } = configured
  const limitSec = settings.number('rpcwaittimeout', 0)
  const deadlineMs = limitSec > 0 ? Date.now() + limitSec * 1000 : Number.POSITIVE_INFINITY
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!settings.flag('rpcwait') || !mayComeUp(error) || Date.now() > deadlineMs) throw error
    }
    await new Promise(resolve => setTimeout(resolve, RETRY_MS))
  }
}

interface StdinWords {
  readonly password: string | undefined
  readonly operands: readonly string[]
}

async function wordsFromStdin({ settings }: Configured, io: Io): Promise<StdinWords> {
  const wantsPassword = settings.flag('stdinrpcpass')
  const wantsWords = settings.flag('stdin')
  if (wantsPassword && io.interactive && !wantsWords)
    return { password: await io.askSecret('RPC password: ', '--rpccookiefile'), operands: [] }
  if (!wantsPassword && !wantsWords) return { password: undefined, operands: [] }
  const lines = (await io.input()).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const password = wantsPassword ? (lines.shift() ?? '') : undefined
  return { password, operands: wantsWords ? lines : [] }
}

function connect(configured: Configured, io: Io, password: string | undefined): RpcClient {
  const { settings } = configured
  const user = settings.text('rpcuser') ?? ''
  const { url, auth } = locateRpc(configured, io, password === undefined ? undefined : { user, password })
  const wallet = settings.text('rpcwallet')
  const timeoutSec = settings.number('rpcclienttimeout', DEFAULT_TIMEOUT_SEC)
  return createRpcClient({
    url: wallet === undefined ? url : new URL(`/wallet/${encodeURIComponent(wallet)}`, url).href,
    authorization: auth,
    ...(timeoutSec > 0 ? { timeoutMs: timeoutSec * 1000 } : {}),
  })
}

interface ChainInfo {
  readonly chain: string
  readonly blocks: number
  readonly headers: number
  readonly verificationprogress: number
  readonly difficulty: number
}

interface NetworkInfo {
  readonly subversion: string
  readonly connections: number
  readonly connections_in: number
  readonly connections_out: number
  readonly timeoffset: number
  readonly relayfee: number
  readonly warnings: readonly string[]
}

/** One object with the members of both, every number as it came. */
const merged = (texts: readonly string[]): string => writeJson(Object.assign({}, ...texts.map(parseJson)), 2)

async function getInfo(client: RpcClient, json: boolean): Promise<string> {
  const texts = [await client.callRaw('getblockchaininfo'), await client.callRaw('getnetworkinfo')] as const
  if (json) return merged(texts)
  const chain = JSON.parse(texts[0]) as ChainInfo
  const network = JSON.parse(texts[1]) as NetworkInfo
  return [
    `Chain: ${chain.chain}`,
    `Blocks: ${chain.blocks}`,
    `Headers: ${chain.headers}`,
    `Verification progress: ${(chain.verificationprogress * 100).toFixed(4)}%`,
    `Difficulty: ${chain.difficulty}`,
    '',
    `Network: in ${network.connections_in}, out ${network.connections_out}, total ${network.connections}`,
    `Version: ${network.subversion}`,
    `Time offset (s): ${network.timeoffset}`,
    'Proxies: n/a',
    `Min tx relay fee rate (BTC/kvB): ${network.relayfee.toFixed(8)}`,
    '',
    `Warnings: ${network.warnings.join('; ') || '(none)'}`,
  ].join('\n')
}

/** `raistone rpc METHOD [ARGUMENTS…]`: as bitcoin-cli. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const { options, operands, help } = parseWords(words, 'rpc', true)
  if (help !== 'no') {
    io.out(commandHelp('rpc', help === 'all'))
    return exitCode.ok
  }
  const configured = configure(options, io.env)
  const { settings } = configured
  if (settings.text('rpcpassword') !== undefined && options.has('rpcpassword') && io.interactive)
    io.note(
      'raistone: a password among the arguments can be seen by others on this machine; prefer RAISTONE_RPC_PASSWORD',
    )
  const { password, operands: further } = await wordsFromStdin(configured, io)
  const [method, ...args] = [...operands, ...further]
  const info = settings.flag('getinfo')
  if (method === undefined && !info) throw usageError('raistone rpc needs a METHOD; "raistone rpc help" lists them')
  try {
    const answer = await waiting(configured, () => {
      const client = connect(configured, io, password)
      if (info) return getInfo(client, settings.flag('json'))
      return client.callRaw(method as string, paramsFromWords(method as string, args, settings.flag('named')))
    })
    const text = info || settings.flag('json') ? answer : shown(answer)
    if (text !== '') io.out(text)
    return exitCode.ok
  } catch (error) {
    if (!(error instanceof RpcError)) throw asCliError(error)
    const { code, message } = error
    io.note(
      settings.flag('json')
        ? JSON.stringify({ error: { code, message } })
        : `error code: ${code}\nerror message:\n${message}`,
    )
    return exitCodeOf(error)
  }
}
