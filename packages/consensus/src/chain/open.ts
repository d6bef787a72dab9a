import { type Curve, type Height, nobleCurve } from '@raistone/primitives'
import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import type { ChainStore } from '../store/chain-store.js'
import { CoinTable } from '../store/coin-table.js'
import { newHashSecret, sipHashOf } from '../store/sip-hash.js'
import { isDamage, StoreError } from '../store/store-error.js'
import { Slices } from '../verify/next-turn.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptVerifier } from '../verify/script-verifier.js'
import { assumeValid } from './assume-valid.js'
import { BlockTree } from './block-tree.js'
import { type BringUpDeps, bringUp, type Replica, rebuild } from './bring-up.js'
import { Chain } from './chain.js'
import { Ledger } from './ledger.js'
import { type ChainOptions, chainDefaults } from './options.js'
import { Pruner } from './pruner.js'
import { BlockRecords } from './records.js'
import { reindex } from './reindex.js'
import { linkRestored, restoreTree } from './restore-tree.js'
import type { TreeEntry } from './tree-entry.js'
import { verifyOpened } from './verify-opened.js'

export interface ChainDeps {
  readonly params: ChainParams
  readonly store: ChainStore
  readonly verifier: ScriptVerifier
  readonly clock: Clock
  /** What the mempool has checked. */
  readonly scriptCache?: ScriptCache
  /** Checks the solutions of blocks, where the chain has a challenge: one each, on this thread. Noble's if left out. */
  readonly curve?: Curve
}

/** The block that the stored coins belong to; undefined if there are none, or none that can be used. */
async function storedHead(store: ChainStore, tree: BlockTree): Promise<TreeEntry | undefined> {
  if (store.mustRebuild) return undefined
  try {
    const tip = await store.coins.tip()
    return tip && tree.get(tip.hash)
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/** Throws if opening is to end: what was done until now is on the disk. */
function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StoreError('ended', 'opening was ended early')
}

/**
 * Opens the chain in a store, bringing the coins up to the blocks: after a crash the blocks that had not reached them
 * are connected again, and damaged coins are made again from the first block on. Throws a StoreError.
 */
export async function openChain(deps: ChainDeps, options: ChainOptions = {}): Promise<Chain> {
  const { params, store, verifier, clock, scriptCache, curve = nobleCurve } = deps
  const chosen = { ...chainDefaults, ...options }
  const { cacheBytes, assumeValid: trusted, groupBytes, maxTipAgeSec, mostHeight, prune, verify, signal } = chosen
  const { sliceMs } = chosen
  const tell = chosen.progress
  const slices = new Slices(sliceMs)
  await store.claim(params.networkHash)
  const tree = new BlockTree(params)
  const records = new BlockRecords(store.blocks, tree)
  if (store.mustReindex) await reindex({ judge: { tree, params, curve }, store, records, tell, signal })
  else await restoreTree(tree, records, store)
  assertWanted(signal)
  const stored = await storedHead(store, tree)
  await linkRestored(tree, records, stored)
  if (stored) tree.favourLastTip(stored)
  const assumedValid = assumeValid(tree, trusted, params)
  const begin = (head: TreeEntry | undefined): Replica => {
    const coins = new CoinTable(store.coins, cacheBytes, sipHashOf(9, newHashSecret()), { sliceMs })
    const ledger = new Ledger({
      params,
      records,
      coins,
      verifier,
      scriptCache,
      assumedValid,
      slices,
      madeAnew: head === undefined,
    })
    ledger.startAt(head ?? tree.genesis)
    return { tree, records, coins, ledger }
  }
  const mayBegin = (height: Height): boolean => height <= mostHeight && signal?.aborted !== true
  const replicaDeps: BringUpDeps = { store, begin, mayBegin, tell }
  let replica = await bringUp(stored, replicaDeps)
  if (verify && !(await verifyOpened(replica, { params, curve, store }, { ...verify, signal }, tell)))
    replica = await rebuild(replicaDeps)
  assertWanted(signal)
  const pruner = prune && new Pruner({ tree, records, store: store.blocks }, prune)
  await pruner?.open()
  const { coins, ledger } = replica
  const settings = { slices, groupBytes, maxTipAgeSec, mostHeight }
  return new Chain({ params, clock, curve, store, tree, records, coins, ledger, pruner, ...settings })
}
