import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { ChainParams, PruneOptions, VerifyLevel, VerifyOptions } from '@raistone/consensus'
import type { BlockHash, Height } from '@raistone/primitives'
import { usageError } from '../cli/cli-error.js'
import type { IndexChoice } from '../indexes.js'
import type { Configured, Settings } from './settings.js'

/** Everything a node needs to know before it starts. */
export interface NodeConfig {
  readonly params: ChainParams
  /** What `--chain` was given. */
  readonly chainArgument: string
  /** `<datadir>/<chain name>`. */
  readonly directory: string
  readonly network: {
    /** IP and port pairs to listen on; none is "listen nowhere". */
    readonly bind: readonly Endpoint[]
    readonly connect: readonly string[]
    readonly addnode: readonly string[]
    readonly userAgentComments: readonly string[]
    readonly active: boolean
  }
  readonly rpc: {
    readonly enabled: boolean
    readonly bind: readonly Endpoint[]
    readonly allowIps: readonly string[]
    readonly user: string
    /** Without one there is the cookie file only. */
    readonly password: string | undefined
    readonly cookieFile: string | undefined
  }
  readonly mining: { readonly enabled: boolean; readonly payTo: string | undefined; readonly threads: number }
  /** Threads beside the main one that check scripts. */
  readonly scriptThreads: number
  /** Scripts of this block's ancestors are not checked. */
  readonly assumeValid: BlockHash | undefined
  /** Bytes for coins and databases. */
  readonly cacheBytes: number
  /** Undefined where all blocks are kept. */
  readonly prune: PruneOptions | undefined
  readonly indexes: IndexChoice
  /** What is made again before anything else: the coins from the blocks, or everything from the raw blocks. */
  readonly remake: Remake | undefined
  /** No block above this height is connected; the node stops when it is reached. */
  readonly mostHeight: Height
  /** The last blocks, verified at start. */
  readonly verify: Pick<VerifyOptions, 'level' | 'blocks'>
  readonly log: { readonly console: boolean; readonly debug: boolean }
}

export type Remake = 'coins' | 'everything'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

const LOOPBACK = '127.0.0.1'
const EVERYWHERE = '0.0.0.0'

/** `IP`, `IP:PORT` or `[IPv6]:PORT`. */
export function parseEndpoint(text: string, option: string, port: number): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? /^([0-9a-fA-F:]+)$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const given = match?.[3] === undefined ? port : Number(match[3])
  if (host === undefined || isIP(host) === 0 || given > 65535)
    throw usageError(`--${option} ${text}: not IP or IP:PORT`)
  return { host, port: given }
}

/** Core's -par: 0 is all cores, a negative number leaves that many free, 1 is the main thread alone. */
function scriptThreads(par: number): number {
  const total = par > 0 ? par : Math.max(1, availableParallelism() + par)
  return Math.min(total, 16) - 1
}

/** Core's -assumevalid: 0 trusts nobody; the chain's own value otherwise. */
function trustedBlock(text: string | undefined, params: ChainParams): BlockHash | undefined {
  if (text === undefined) return params.assumeValid
  if (/^0+$/.test(text)) return undefined
  if (!/^[0-9a-f]{64}$/.test(text)) throw usageError(`--assumevalid ${text}: not a block hash; 0 checks every script`)
  return text as BlockHash
}

/** Core's DEFAULT_CHECKBLOCKS and DEFAULT_CHECKLEVEL. */
const DEFAULT_BLOCKS = 6
const DEFAULT_LEVEL = 3

/** Core's least target: what two days of full blocks take. */
const LEAST_PRUNE_MIB = 550

/** Core's -prune: 0 keeps everything, 1 removes only on demand. */
function pruning(mib: number): PruneOptions | undefined {
  if (mib === 0) return undefined
  if (mib === 1) return {}
  if (mib < LEAST_PRUNE_MIB)
    throw usageError(`--prune ${mib}: less than ${LEAST_PRUNE_MIB} MiB; 1 is pruning on demand, 0 is none`)
  return { targetBytes: mib * 2 ** 20 }
}

/** As Core none on regtest; our own chains have filters, because wallets use them. Core's -txindex needs all blocks. */
function chosenIndexes(settings: Configured['settings'], params: ChainParams): IndexChoice {
  const transactions = settings.flag('txindex')
  if (transactions && settings.number('prune', 0) > 0) throw usageError('Prune mode is incompatible with -txindex.')
  return {
    transactions,
    filters: settings.flag('blockfilterindex', params.name !== 'regtest'),
    filtersAsked: settings.flag('blockfilterindex'),
  }
}

/** Core's -reindex and -reindex-chainstate, the first one including the second. */
function remaking(settings: Settings): Remake | undefined {
  if (settings.flag('reindex')) return 'everything'
  if (!settings.flag('reindex-chainstate')) return undefined
  if (settings.number('prune', 0) > 0)
    throw usageError('Prune mode is incompatible with --reindex-chainstate. Use full --reindex instead.')
  return 'coins'
}

/** Core's habit: a path that is not absolute begins in the chain's directory. */
const inDirectory = (directory: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(directory, path)

/** Reads a node's configuration out of the merged options. */
export function nodeConfig({ params, chainArgument, settings, directory }: Configured): NodeConfig {
  const port = settings.number('port', params.ports.p2p)
  const rpcPort = settings.number('rpcport', params.ports.rpc)
  const binds = settings.list('bind').filter(Boolean)
  const rpcBinds = settings.list('rpcbind').filter(Boolean)
  const connect = settings.list('connect')
  // as Core: who names the only peers to have listens for no others, unless told to
  const listen = settings.flag('listen', connect.length === 0 || binds.length > 0)
  const defaultHost = params.discovery ? EVERYWHERE : LOOPBACK
  return {
    params,
    chainArgument,
    directory,
    network: {
      bind: listen ? (binds.length > 0 ? binds : [defaultHost]).map(text => parseEndpoint(text, 'bind', port)) : [],
      connect: connect.filter(text => text !== '' && text !== '0'),
      addnode: settings.list('addnode').filter(Boolean),
      userAgentComments: settings.list('uacomment').filter(Boolean),
      active: settings.flag('networkactive', true),
    },
    rpc: {
      enabled: settings.flag('server', true),
      bind: (rpcBinds.length > 0 ? rpcBinds : [LOOPBACK]).map(text => parseEndpoint(text, 'rpcbind', rpcPort)),
      allowIps: settings.list('rpcallowip').filter(Boolean),
      user: settings.text('rpcuser') ?? '',
      password: settings.text('rpcpassword'),
      cookieFile: inDirectory(directory, settings.text('rpccookiefile')),
    },
    mining: {
      enabled: settings.flag('mine'),
      payTo: settings.text('mine-to'),
      threads: settings.number('threads', 1),
    },
    scriptThreads: scriptThreads(settings.number('par', 0)),
    assumeValid: trustedBlock(settings.text('assumevalid'), params),
    cacheBytes: settings.number('dbcache', 128) * 2 ** 20,
    prune: pruning(settings.number('prune', 0)),
    indexes: chosenIndexes(settings, params),
    remake: remaking(settings),
    mostHeight: settings.number('stopatheight', 0) || Number.POSITIVE_INFINITY,
    verify: {
      level: settings.number('checklevel', DEFAULT_LEVEL) as VerifyLevel,
      blocks: settings.number('checkblocks', DEFAULT_BLOCKS),
    },
    log: {
      console: settings.flag('printtoconsole', true),
      debug: settings.list('debug').some(what => what !== '' && what !== '0'),
    },
  }
}

/** Whether a multiaddr or IP is of this machine only. */
export const isLoopback = (address: string): boolean => /^(?:\/ip4\/)?127\.|^(?:\/ip6\/)?::1(?:\/|$)/.test(address)
