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
} from '@raistone/consensus'
import { openLevelStore } from '@raistone/consensus/level'
import { createWorkerVerifier } from '@raistone/consensus/pool'
import type { BlockHash, Curve } from '@raistone/primitives'
import { failure } from './cli/cli-error.js'
import { loadCurve } from './curve.js'
import { type DataDirectory, inUse, readHolder } from './data-directory.js'
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

/** What the store says in one line that names the directory; anything else as it is. */
export function ledgerFailure(error: unknown, directory: DataDirectory, params: ChainParams): unknown {
  if (!(error instanceof StoreError)) return error
  if (error.code === 'locked') return inUse(directory, readHolder(directory))
  if (error.code === 'other-rules') return otherRules(directory, params)
  return failure(`data directory ${directory.path}: ${error.message}`)
}

/** The chain in the directory. Blocks that turn out to need a repair get it by being opened once more. */
async function openReplica(
  directory: DataDirectory,
  deps: Omit<ChainDeps, 'store'>,
  options: LedgerOptions,
  mayRepair = true,
): Promise<Chain> {
  const { cacheBytes, assumeValid, prune, progress } = options
  const store = await openLevelStore(directory.path, { cacheSize: Math.floor(cacheBytes / DATABASE_SHARE / 2) })
  const coinBytes = Math.floor(cacheBytes - cacheBytes / DATABASE_SHARE)
  try {
    return await openChain({ ...deps, store }, { cacheBytes: coinBytes, assumeValid, prune, progress })
  } catch (error) {
    await store.close(false).catch(() => undefined)
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
    return { chain, verifier, scriptCache, close: () => chain.close().finally(() => verifier.close()) }
  } catch (error) {
    await verifier.close()
    throw ledgerFailure(error, directory, params)
  }
}
