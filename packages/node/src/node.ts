import { type Chain, type ChainParams, type Clock, nextBits, nowSec, StoreError } from '@raistone/consensus'
import { Mempool, mempoolLimits, mempoolPolicy } from '@raistone/mempool'
import {
  BLOCK_MIN_FEE_RATE,
  createLocalSearch,
  Miner,
  mineBlocks,
  type NonceSearch,
  type TemplateDeps,
} from '@raistone/mining'
import { createWorkerSearch } from '@raistone/mining/search'
import { Network } from '@raistone/network'
import type { BlockHash } from '@raistone/primitives'
import { createRpcServer, type RpcServer } from '@raistone/rpc/server'
import { checkConfig, minerScript, scriptOf } from './check-config.js'
import type { Endpoint, NodeConfig } from './config/node-config.js'
import { type DataDirectory, DirectoryLock, dataDirectory, writeFailure } from './data-directory.js'
import { DirectoryWatch } from './directory-watch.js'
import { diskUse } from './disk-use.js'
import { loadIdentity } from './identity.js'
import { idleFlush } from './idle-flush.js'
import { type NodeIndexes, openIndexes } from './indexes.js'
import { databaseCacheBytes, ledgerFailure, type OpenLedger, openLedger } from './ledger.js'
import { listenFailure } from './listen-error.js'
import { createLog, type NodeLog } from './log/logger.js'
import { progressInNode } from './progress/in-node.js'
import { Phases } from './progress/phases.js'
import type { StatusLine } from './progress/status-line.js'
import { showSync } from './progress/sync.js'
import type { RpcPolicy } from './rpc/context.js'
import { createHandlers } from './rpc/handlers.js'
import { type Credentials, newCookie, removeCookie, writeCookie } from './rpc-access.js'
import { type Service, startAll } from './service.js'
import { SteadyClock } from './steady-clock.js'
import { stopAtHeight } from './stop-height.js'
import { VerifiedShare } from './verified-share.js'
import { version } from './version.js'

/** A node that is up. */
export interface RunningNode {
  readonly params: ChainParams
  readonly chain: Chain
  readonly mempool: Mempool
  readonly network: Network
  readonly peerId: string
  /** Where peers can dial it, its id included. */
  multiaddrs(): readonly string[]
  /** Undefined without `server`. */
  readonly rpcUrl: string | undefined
  /** Undefined where a password was configured. */
  readonly cookieFile: string | undefined
  /** What `--chain` must be on another machine. */
  readonly chainArgument: string
  /** Resolves when the node has stopped, rejects if it had to. */
  readonly stopped: Promise<void>
  /** Mines blocks on demand, as the RPC `generatetoaddress`; throws for an address of another chain. */
  generate(count: number, address: string): Promise<readonly BlockHash[]>
  stop(): Promise<void>
}

/** What a test may put in place of the machine's own. */
export interface NodeEnvironment {
  /** Stops the node. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly log?: NodeLog
  /** Where progress is shown: the last line of the terminal that shows the log. In the log itself if left out. */
  readonly status?: StatusLine | undefined
  readonly colour?: boolean
  readonly random?: () => number
}

const machineClock: Clock = { nowMs: () => Date.now() }

const multiaddrOf = ({ host, port }: Endpoint): string => `/ip${host.includes(':') ? 6 : 4}/${host}/tcp/${port}`

const urlOf = ({ host, port }: Endpoint): string => {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/`
}

const userAgent = (comments: readonly string[]): string =>
  `/Raistone:${version}${comments.length > 0 ? `(${comments.join('; ')})` : ''}/`

const policy: RpcPolicy = {
  maxMempoolBytes: mempoolLimits.maxBytes,
  minRelayFeeRate: mempoolPolicy.minRelayFeeRate,
  incrementalFeeRate: mempoolPolicy.incrementalFeeRate,
  blockMinFeeRate: BLOCK_MIN_FEE_RATE,
}

/** Everything the node is made of, in the order it is started. */
class NodeParts {
  readonly startedAtMs: number
  /** Ends what a call may have begun. */
  private readonly halt = new AbortController()
  readonly userAgent: string
  readonly mempool: Mempool
  readonly network: Network
  /** For blocks that somebody asks for. */
  private readonly localSearch = createLocalSearch()
  private readonly workers: NonceSearch | undefined
  readonly rpc: RpcServer | undefined
  readonly miner: Miner | undefined
  private readonly cookie: Credentials = newCookie()

  constructor(
    readonly config: NodeConfig,
    readonly directory: DataDirectory,
    readonly ledger: OpenLedger,
    private readonly indexes: NodeIndexes,
    private readonly verified: VerifiedShare,
    readonly clock: Clock,
    readonly log: NodeLog,
    identity: Uint8Array,
    random: () => number,
    private readonly stop: () => void,
  ) {
    const { chain, verifier, scriptCache } = ledger
    const { params } = config
    this.startedAtMs = clock.nowMs()
    this.userAgent = userAgent(config.network.userAgentComments)
    this.mempool = new Mempool({ chain, verifier, scriptCache, clock })
    this.network = new Network(
      { params, chain, mempool: this.mempool, clock, log: log.child('network'), random, privateKey: identity },
      {
        listen: config.network.bind.map(multiaddrOf),
        connect: config.network.connect,
        addnode: config.network.addnode,
        userAgent: this.userAgent,
      },
    )
    this.workers = config.mining.enabled ? createWorkerSearch({ threads: config.mining.threads }) : undefined
    this.miner = this.workers && this.createMiner(this.workers, minerScript(config), random)
    this.rpc = config.rpc.enabled ? this.createRpc() : undefined
  }

  private get templateDeps(): TemplateDeps {
    return { chain: this.ledger.chain, mempool: this.mempool, clock: this.clock }
  }

  generate(count: number, script: Uint8Array, maxTries?: number): Promise<BlockHash[]> {
    const deps = { ...this.templateDeps, search: this.localSearch }
    const { signal } = this.halt
    return mineBlocks(deps, count, script, maxTries === undefined ? { signal } : { maxTries, signal })
  }

  private createMiner(search: NonceSearch, payTo: Uint8Array, random: () => number): Miner {
    const miner = new Miner({ ...this.templateDeps, search, random }, { payTo })
    const log = this.log.child('miner')
    miner.events.on('found', ({ hash, height }) => log.debug('block found', { height, hash }))
    miner.events.on('failed', ({ error }) => log.error('mining failed', { error: String(error) }))
    return miner
  }

  private createRpc(): RpcServer {
    const { rpc, params } = this.config
    const { chain } = this.ledger
    const log = this.log.child('rpc')
    const credentials = [
      ...(rpc.password === undefined ? [] : [{ user: rpc.user, password: rpc.password }]),
      this.cookie,
    ]
    const handlers = createHandlers({
      params,
      chain,
      mempool: this.mempool,
      indexes: this.indexes,
      network: this.network,
      generate: (count, script, maxTries) => this.generate(count, script, maxTries),
      nextBits: () => nextBits(chain.tip, nowSec(this.clock), params),
      policy,
      clock: this.clock,
      startedAtMs: this.startedAtMs,
      userAgent: this.userAgent,
      sizeOnDisk: () => diskUse(this.directory.blocks),
      directory: this.directory.path,
      databaseCacheBytes: databaseCacheBytes(this.config.cacheBytes),
      verifiedShare: () => this.verified.value,
      stop: () => this.stop(),
      log,
    })
    return createRpcServer({
      handlers,
      credentials,
      bind: rpc.bind,
      allowIps: rpc.allowIps,
      onBug: (method, error) =>
        error instanceof StoreError
          ? log.error('call failed', { method, error: error.message })
          : log.error('bug', { method, error: (error instanceof Error && error.stack) || String(error) }),
      onWrongPassword: address => log.info('wrong password', { address }),
    })
  }

  get cookieFile(): string {
    return this.config.rpc.cookieFile ?? this.directory.cookie
  }

  /** The cookie file is written when the port is ours: until then it may be that of another node. */
  private async startRpc(rpc: RpcServer): Promise<void> {
    const where = this.config.rpc.bind.map(({ host, port }) => `${host}:${port}`).join(', ')
    await rpc.start().catch(error => {
      throw listenFailure(error, `port for JSON-RPC ${where}`, 'rpcport')
    })
    writeCookie(this.cookieFile, this.cookie)
  }

  private async stopRpc(rpc: RpcServer): Promise<void> {
    this.halt.abort()
    removeCookie(this.cookieFile, this.cookie)
    await rpc.stop()
  }

  /** In the order they are started; stopped in reverse. */
  get services(): readonly Service[] {
    const { mempool, network, workers, rpc, miner, config } = this
    const { network: net } = config
    return [
      idleFlush(this.ledger.chain, this.log.child('chain')),
      { name: 'mempool', start: () => mempool.start(), stop: () => mempool.stop() },
      {
        name: 'network',
        start: async () => {
          await network.start().catch(error => {
            throw listenFailure(
              error,
              `port for peers ${net.bind.map(({ host, port }) => `${host}:${port}`).join(', ')}`,
              'port',
            )
          })
          if (!net.active) await network.setActive(false)
        },
        stop: () => network.stop(),
      },
      ...(workers ? [{ name: 'search', start: () => undefined, stop: () => workers.close() }] : []),
      ...(miner ? [{ name: 'miner', start: () => miner.start(), stop: () => miner.stop() }] : []),
      ...(rpc ? [{ name: 'rpc', start: () => this.startRpc(rpc), stop: () => this.stopRpc(rpc) }] : []),
    ]
  }
}

/** Blocks between two lines about history. */
const HISTORY_STEP = 1000

const logChain = (chain: Chain, log: NodeLog): void => {
  const scoped = log.child('chain')
  chain.events.on('tip', ({ entry, initialDownload }) => {
    if (!initialDownload) scoped.info('tip', { height: entry.height, hash: entry.hash })
  })
  chain.events.on('jumped', ({ entry }) => scoped.info('snapshot loaded', { height: entry.height, hash: entry.hash }))
  let told = 0
  chain.events.on('verified', ({ entry: { height } }) => {
    if (height < told + HISTORY_STEP) return
    told = height
    scoped.info('history verified behind the snapshot', { height })
  })
  chain.events.on('judged', ({ base, valid }) => {
    const block = { height: base.height, hash: base.hash }
    if (valid) scoped.info('snapshot valid: all blocks before it are verified', block)
    else scoped.error('snapshot wrong', block)
  })
}

/**
 * Opens the directory, then the ledger, then everything that lives on it. Throws a CliError that says what is in the way, or
 * a StoreError `ended` if it is told to stop before the ledger is open.
 */
export async function startNode(config: NodeConfig, environment: NodeEnvironment = {}): Promise<RunningNode> {
  const { signal, random = Math.random } = environment
  const clock = new SteadyClock(environment.clock ?? machineClock, () => performance.now())
  const directory = dataDirectory(config.directory)
  checkConfig(config)
  const lock = DirectoryLock.take(directory, 'raistone node', config.params)
  const undo: (() => Promise<void> | void)[] = [() => lock.release()]
  /** Every step is tried, whatever became of those before it. */
  const unwind = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const step of undo.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw ledgerFailure(failures[0], directory, config.params)
  }
  let requestStop: () => void = () => undefined
  const stopRequested = new Promise<void>(resolve => {
    requestStop = resolve
  })
  signal?.addEventListener('abort', () => requestStop(), { once: true })
  if (signal?.aborted) requestStop()
  try {
    const { status, colour = false } = environment
    const write = status && ((line: string): void => status.print(line))
    const log = environment.log ?? createLog({ file: directory.log, ...config.log, write })
    const startProgress = progressInNode(config.log.console ? status : undefined, colour, log)
    const phases = new Phases(startProgress)
    undo.push(() => log.close())
    const identity = await loadIdentity(directory.nodeKey)
    const ledger = await openLedger(directory, clock, {
      params: config.params,
      scriptThreads: config.scriptThreads,
      cacheBytes: config.cacheBytes,
      assumeValid: config.assumeValid,
      prune: config.prune,
      remake: config.remake,
      mostHeight: config.mostHeight,
      verify: config.verify,
      signal,
      progress: told => phases.tell(told),
    })
    undo.push(() => ledger.close())
    phases.end()
    const { chain, verifier } = ledger
    log.info('ledger open', {
      height: chain.tip.height,
      tip: chain.tip.hash,
      curve: verifier.tier,
      threads: verifier.workers,
    })
    if (chain.tip.header.time > nowSec(clock) + config.params.pow.futureLimitSec) clock.resume(chain.tip.header.time)
    chain.events.on('tip', () => clock.mark())
    logChain(chain, log)
    const verified = new VerifiedShare(chain, config.params, clock)
    undo.push(showSync(chain, () => verified.value, startProgress))
    stopAtHeight(config.mostHeight, chain, log, requestStop)
    const indexLog = log.child('index')
    const indexes = await openIndexes(directory.path, chain, config.indexes, indexLog, startProgress).catch(error => {
      throw ledgerFailure(error, directory, config.params)
    })
    undo.push(() => indexes.close())
    const parts = new NodeParts(config, directory, ledger, indexes, verified, clock, log, identity, random, requestStop)
    const stopServices = await startAll(parts.services)
    undo.push(stopServices)
    const rpcUrl = parts.rpc?.addresses[0] && urlOf(parts.rpc.addresses[0])
    const peer = parts.network.multiaddrs()[0]
    lock.publish({ ...(rpcUrl === undefined ? {} : { rpc: rpcUrl }), ...(peer === undefined ? {} : { peer }) })
    const broken = Promise.race([chain.failed, indexes.failed]).then(error => {
      log.error('the ledger cannot go on', { error: error.message })
      throw ledgerFailure(error, directory, config.params)
    })
    const watch = new DirectoryWatch(directory)
    undo.push(() => watch.stop())
    const stopped = Promise.race([stopRequested, broken, watch.gone]).then(
      async () => {
        log.info('stopping')
        await unwind()
      },
      async error => {
        await unwind().catch(() => undefined)
        throw error
      },
    )
    stopped.catch(() => undefined)
    return {
      params: config.params,
      chain,
      mempool: parts.mempool,
      network: parts.network,
      peerId: parts.network.peerId,
      multiaddrs: () => parts.network.multiaddrs(),
      rpcUrl,
      cookieFile: config.rpc.enabled && config.rpc.password === undefined ? parts.cookieFile : undefined,
      chainArgument: config.chainArgument,
      stopped,
      generate: (count, address) => parts.generate(count, scriptOf(address, 'address', config.params)),
      stop: () => {
        requestStop()
        return stopped
      },
    }
  } catch (error) {
    environment.status?.clear()
    await unwind().catch(() => undefined)
    throw writeFailure(directory, error)
  }
}
