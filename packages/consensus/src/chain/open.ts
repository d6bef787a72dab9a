import { type Curve, nobleCurve } from '@raistone/primitives'
import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import type { ChainStore } from '../store/chain-store.js'
import { CoinTable } from '../store/coin-table.js'
import { newHashSecret, sipHashOf } from '../store/sip-hash.js'
import { isDamage } from '../store/store-error.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptVerifier } from '../verify/script-verifier.js'
import { type ActivationDeps, activateAndLand } from './activate.js'
import { assumeValid } from './assume-valid.js'
import { BlockTree } from './block-tree.js'
import { Chain } from './chain.js'
import { leaveInvalid } from './controls.js'
import { Ledger } from './ledger.js'
import { type ChainOptions, chainDefaults, type OpenProgress } from './options.js'
import { Pruner } from './pruner.js'
import { BlockRecords } from './records.js'
import { linkRestored, restoreTree } from './restore-tree.js'
import type { TreeEntry } from './tree-entry.js'

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

/** What is built over a store before the chain can be used. */
interface Replica {
  readonly tree: BlockTree
  readonly ledger: Ledger
  readonly records: BlockRecords
  readonly coins: CoinTable
}

/** Memory and disk agree about every block from here on. */
async function catchUp(
  replica: Replica,
  phase: OpenProgress['phase'],
  progress: (progress: OpenProgress) => void,
): Promise<void> {
  const { tree, ledger, coins } = replica
  const from = ledger.head
  const deps: ActivationDeps = {
    ...replica,
    mustFlush: () => coins.full,
    flush: () => ledger.flush(),
    stepped: ({ entry }) => {
      progress({ phase, height: entry.height, target: tree.bestHeader.height })
      return Promise.resolve()
    },
    failed: () => undefined,
  }
  await leaveInvalid(deps)
  await activateAndLand(deps)
  if (ledger.head !== from || phase === 'rebuild') await ledger.flush()
}

/**
 * The coins of the head with the blocks after it connected; if there is no head, or its coins prove damaged on the way,
 * all made again from the first block on. A rebuild that is interrupted begins anew.
 */
async function bringUp(
  begin: (head: TreeEntry | undefined) => Replica,
  head: TreeEntry | undefined,
  store: ChainStore,
  progress: (progress: OpenProgress) => void,
): Promise<Replica> {
  if (head) {
    try {
      const replica = begin(head)
      await catchUp(replica, 'replay', progress)
      return replica
    } catch (error) {
      if (!isDamage(error)) throw error
      await store.requestRebuild()
    }
  }
  await store.coins.clear()
  const replica = begin(undefined)
  await replica.records.wantPruned()
  await catchUp(replica, 'rebuild', progress)
  if (store.mustRebuild) await store.rebuilt()
  return replica
}

/**
 * Opens the chain in a store, bringing the coins up to the blocks: after a crash the blocks that had not reached them
 * are connected again, and damaged coins are made again from the first block on. Throws a StoreError.
 */
export async function openChain(deps: ChainDeps, options: ChainOptions = {}): Promise<Chain> {
  const { params, store, verifier, clock, scriptCache, curve = nobleCurve } = deps
  const chosen = { ...chainDefaults, ...options }
  const { cacheBytes, assumeValid: trusted, groupBytes, maxTipAgeSec, prune, progress } = chosen
  await store.claim(params.networkHash)
  const tree = new BlockTree(params)
  const records = new BlockRecords(store.blocks, tree)
  await restoreTree(tree, records, store)
  const stored = await storedHead(store, tree)
  await linkRestored(tree, records, stored)
  if (stored) tree.favourLastTip(stored)
  const assumedValid = assumeValid(tree, trusted, params)
  const begin = (head: TreeEntry | undefined): Replica => {
    const coins = new CoinTable(store.coins, cacheBytes, sipHashOf(9, newHashSecret()))
    const ledger = new Ledger({
      params,
      records,
      coins,
      verifier,
      scriptCache,
      assumedValid,
      madeAnew: head === undefined,
    })
    ledger.startAt(head ?? tree.genesis)
    return { tree, records, coins, ledger }
  }
  const { coins, ledger } = await bringUp(begin, stored, store, progress)
  const pruner = prune && new Pruner({ tree, records, store: store.blocks }, prune)
  await pruner?.open()
  return new Chain({ params, clock, curve, store, tree, records, coins, ledger, pruner, groupBytes, maxTipAgeSec })
}
