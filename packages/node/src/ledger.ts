import { randomBytes } from 'node:crypto'
import {
  CACHE_SECRET_BYTES,
  type Chain,
  type ChainDeps,
  type ChainParams,
  type Clock,
  createLocalVerifier,
  needsRepair,
  type OpenProgress,
  openChain,
  type PruneOptions,
  ScriptCache,
  type ScriptVerifier,
  StoreError,
  type VerifyOptions,
} from '@raistone/consensus'
import { openLevelStore } from '@raistone/consensus/level'
import { createWorkerVerifier } from '@raistone/consensus/pool'
import type { BlockHash, Curve, Height } from '@raistone/primitives'
import { failure } from './cli/cli-error.js'
import type { Remake } from './config/node-config.js'
import { loadCurve } from './curve.js'
import { type DataDirectory, inUse, readHolder } from './data-directory.js'
import { requestRemake } from './remake.js'
import { claimRules, otherRules } from './rules-on-disk.js'

/** How much work and memory the replica may take. */
export interface LedgerOptions {
  readonly params: ChainParams
  /** Threads beside the main one that check scripts; 0 is none. */
  readonly scriptThreads: number
  readonly cacheBytes: number
  /** Scripts of this block's ancestors are not checked. */
  readonly assumeValid: BlockHash | undefined
  /** Undefined where all blocks are kept. */
  readonly prune: PruneOptions | undefined
  /** What is made again before anything else. */
  readonly remake: Remake | undefined
  /** No block above this height is connected. */
  readonly mostHeight: Height
  /** The last blocks, verified before it is open. */
  readonly verify: Pick<VerifyOptions, 'level' | 'blocks'>
  /** Ends opening early: `openLedger` throws a StoreError `ended`. */
  readonly signal?: AbortSignal | undefined
  readonly progress: (progress: OpenProgress) => void
}

/** The replica of the chain on disk, open, and what checks its scripts. */
export interface OpenLedger {
  readonly chain: Chain
  readonly verifier: ScriptVerifier
  /** What the mempool checks needs no check in a block. */
  readonly scriptCache: ScriptCache
  close(): Promise<void>
}

const createVerifier = async (curve: Curve, threads: number): Promise<ScriptVerifier> =>
  threads > 0 ? createWorkerVerifier({ threads, curve: curve.name }) : createLocalVerifier(curve)

/** LevelDB's caches and write buffers come out of the same allowance as the coins in memory. */
const DATABASE_SHARE = 4

/** LevelDB's cache for each of the two. */
export const databaseCacheBytes = (cacheBytes: number): number => Math.floor(cacheBytes / DATABASE_SHARE / 2)

/** What the store says in one line that names the directory; anything else as it is. */
export function ledgerFailure(error: unknown, directory: DataDirectory, params: ChainParams): unknown {
  if (!(error instanceof StoreError)) return error
  if (error.code === 'ended') return error
  if (error.code === 'locked') return inUse(directory, readHolder(directory))
  if (error.code === 'other-rules') return otherRules(directory, params)
  return failure(`data directory ${directory.path}: ${error.message}${remedies[error.code] ?? ''}`)
}

const remedies: Partial<Record<StoreError['code'], string>> = {
  'wrong-blocks': '; start once with --reindex',
  'wrong-coins': '; start once with --reindex-chainstate, or with --reindex if that does not help or blocks are pruned',
}

/** Whether opening was ended because the node is to stop: everything is on the disk. */
export const isEnded = (error: unknown): boolean => error instanceof StoreError && error.code === 'ended'

/** The chain in the directory. Blocks that turn out to need a repair get it by being opened once more. */
async function openReplica(
  directory: DataDirectory,
  deps: Omit<ChainDeps, 'store'>,
  options: LedgerOptions,
  mayRepair = true,
): Promise<Chain> {
  const { cacheBytes, remake, assumeValid, mostHeight, prune, verify, signal, progress } = options
  const store = await openLevelStore(directory.path, { cacheSize: databaseCacheBytes(cacheBytes) })
  const coinBytes = Math.floor(cacheBytes - cacheBytes / DATABASE_SHARE)
  try {
    if (remake !== undefined && mayRepair) await requestRemake(remake, store, directory)
    const chosen = { cacheBytes: coinBytes, assumeValid, mostHeight, prune, verify, signal, progress }
    return await openChain({ ...deps, store }, chosen)
  } catch (error) {
    await store.close(isEnded(error)).catch(() => undefined)
    if (!mayRepair || !needsRepair(error)) throw error
  }
  return openReplica(directory, deps, options, false)
}

/** Opens the replica in a data directory. Throws a CliError if it cannot be used. */
export async function openLedger(directory: DataDirectory, clock: Clock, options: LedgerOptions): Promise<OpenLedger> {
  const { params, scriptThreads } = options
  claimRules(directory, params)
  const curve = await loadCurve()
  const verifier = await createVerifier(curve, scriptThreads)
  try {
    const scriptCache = new ScriptCache(randomBytes(CACHE_SECRET_BYTES))
    const chain = await openReplica(directory, { params, verifier, clock, scriptCache, curve }, options)
    if (chain.prunedTo > 0 && !options.prune) {
      await chain.close()
      throw failure(
        `data directory ${directory.path}: blocks up to height ${chain.prunedTo} were removed; start with --prune as before, or once with --reindex, which fetches them all again`,
      )
    }
    return { chain, verifier, scriptCache, close: () => chain.close().finally(() => verifier.close()) }
  } catch (error) {
    await verifier.close()
    throw ledgerFailure(error, directory, params)
  }
}
