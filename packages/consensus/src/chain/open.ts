import { type Curve, type Height, nobleCurve } from '@raistone/primitives'
import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import type { ChainStore } from '../store/chain-store.js'
import { CoinTable } from '../store/coin-table.js'
import { newHashSecret, sipHashOf } from '../store/sip-hash.js'
import type { SnapshotCoins } from '../store/snapshot-coins.js'
import { isDamage, StoreError } from '../store/store-error.js'
import { Slices } from '../verify/next-turn.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptVerifier } from '../verify/script-verifier.js'
import { assumeValid } from './assume-valid.js'
import { BlockTree } from './block-tree.js'
import { type BringUpDeps, bringUp, giveUpSnapshot, type Replica, rebuild } from './bring-up.js'
import { Chain } from './chain.js'
import type { ChainParts, History } from './chain-parts.js'
import { Ledger } from './ledger.js'
import { type ChainOptions, chainDefaults } from './options.js'
import { Pruner } from './pruner.js'
import { BlockRecords } from './records.js'
import { reindex } from './reindex.js'
import { linkRestored, restoreTree } from './restore-tree.js'
import type { ExpectedSnapshot } from './snapshot-base.js'
import type { TreeEntry } from './tree-entry.js'
import { blocksToVerify } from './verify-chain.js'
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

/** A snapshot's block, the block that its coins belong to by now, and the hash that history has to lead to. */
interface Loaded extends ExpectedSnapshot {
  readonly head: TreeEntry
}

/** The snapshot in the store, if it can be used; one that cannot is removed. */
async function loadedSnapshot({ snapshot }: ChainStore, tree: BlockTree): Promise<Loaded | undefined> {
  const kept = snapshot?.base
  if (!snapshot || !kept) return undefined
  const base = tree.get(kept.hash)
  const tip = await snapshot.coins?.tip()
  const head = tip && tree.get(tip.hash)
  if (base && head && !base.invalid) return { base, head, coinsHash: kept.coinsHash }
  await snapshot.discard(base?.invalid ? 'invalid' : 'damaged')
  return undefined
}

/** The coins that history is verified with: as far as they have come, or empty if they have to be made again. */
async function beginHistory(
  parts: Pick<ChainParts, 'store' | 'records' | 'tree' | 'begin'>,
  stored: TreeEntry | undefined,
  { base, coinsHash }: Loaded,
  cacheBytes: number,
): Promise<History> {
  const { store, records, tree, begin } = parts
  if (!stored) {
    await store.coins.clear()
    await records.wantPruned()
    if (store.mustRebuild) await store.rebuilt()
  }
  return { ...begin(store.coins, stored ?? tree.genesis, cacheBytes, stored === undefined), base, coinsHash }
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
  const loaded = await loadedSnapshot(store, tree)
  if (loaded) tree.setFloor(loaded.base)
  const head = loaded?.head ?? stored
  await linkRestored(tree, records, head, loaded && { base: loaded.base, verifiedTo: stored?.height ?? 0 })
  if (head) tree.favourLastTip(head)
  const assumedValid = assumeValid(tree, trusted, params)
  const tally = { signatures: 0 }
  const begin: ChainParts['begin'] = (of, at, mostBytes, madeAnew = false) => {
    const coins = new CoinTable(of, mostBytes, sipHashOf(9, newHashSecret()), { sliceMs })
    const ledger = new Ledger({ params, records, coins, verifier, scriptCache, assumedValid, slices, madeAnew, tally })
    ledger.startAt(at)
    return { coins, ledger }
  }
  const bestBytes = loaded ? cacheBytes / 2 : cacheBytes
  const beginBest = (from: TreeEntry | undefined): Replica => {
    const coinage = begin(store.bestCoins, from ?? tree.genesis, bestBytes, from === undefined)
    return { tree, records, ...coinage }
  }
  const mayBegin = (height: Height): boolean => height <= mostHeight && signal?.aborted !== true
  const replicaDeps: BringUpDeps = { store, begin: beginBest, mayBegin, tell }
  let replica = await bringUp(head, replicaDeps)
  const blocks = verify ? blocksToVerify(verify.blocks, replica.ledger.head, loaded?.base) : 0
  if (verify && blocks > 0) {
    const sound = await verifyOpened(replica, { params, curve, store }, { ...verify, blocks, signal }, tell)
    if (!sound && loaded) await giveUpSnapshot(store.snapshot as SnapshotCoins)
    if (!sound) replica = await rebuild(replicaDeps)
  }
  assertWanted(signal)
  const settings = { slices, groupBytes, maxTipAgeSec, mostHeight, cacheBytes }
  const shared = { params, clock, curve, store, tree, records, begin, ...settings }
  const history = loaded && (await beginHistory(shared, stored, loaded, cacheBytes / 2))
  const pruner = prune && new Pruner({ tree, records, store: store.blocks }, prune)
  await pruner?.open()
  const { coins, ledger } = replica
  return new Chain({ ...shared, coins, ledger, pruner, history })
}
