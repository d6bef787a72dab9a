import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import type { ChainStore } from '../store/chain-store.js'
import { CoinTable } from '../store/coin-table.js'
import { StoreError } from '../store/store-error.js'
import type { ScriptVerifier } from '../verify/script-verifier.js'
import { activateBest } from './activate.js'
import { assumeValid } from './assume-valid.js'
import { BlockTree } from './block-tree.js'
import { Chain } from './chain.js'
import { Ledger } from './ledger.js'
import { type ChainOptions, chainDefaults, type OpenProgress } from './options.js'
import { BlockRecords } from './records.js'
import { restoreTree } from './restore-tree.js'
import type { TreeEntry } from './tree-entry.js'

export interface ChainDeps {
  readonly params: ChainParams
  readonly store: ChainStore
  readonly verifier: ScriptVerifier
  readonly clock: Clock
}

const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === 'damaged'

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

/** Memory and disk agree about every block from here on. */
async function catchUp(
  parts: {
    readonly tree: BlockTree
    readonly ledger: Ledger
    readonly records: BlockRecords
    readonly coins: CoinTable
  },
  phase: OpenProgress['phase'],
  progress: (progress: OpenProgress) => void,
): Promise<void> {
  const { tree, ledger, coins } = parts
  const from = ledger.head
  await activateBest({
    ...parts,
    stepped: async ({ entry }) => {
      progress({ phase, height: entry.height, target: tree.bestHeader.height })
      if (coins.full) await ledger.flush()
    },
    failed: () => undefined,
  })
  if (ledger.head !== from || phase === 'rebuild') await ledger.flush()
}

async function openOnce(deps: ChainDeps, options: ChainOptions): Promise<Chain> {
  const { params, store, verifier, clock } = deps
  const { cacheBytes, assumeValid: trusted, groupBytes, maxTipAgeSec, progress } = { ...chainDefaults, ...options }
  const tree = new BlockTree(params)
  const records = new BlockRecords(store.blocks)
  await restoreTree(tree, records, store)
  const head = await storedHead(store, tree)
  if (!head) await store.coins.clear()
  const coins = new CoinTable(store.coins, cacheBytes)
  const assumedValid = assumeValid(tree, trusted, params.minimumChainWork)
  const ledger = new Ledger({ params, records, coins, verifier, assumedValid })
  ledger.startAt(head ?? tree.genesis)
  for (const entry of ledger.path) entry.linked = true
  await catchUp({ tree, ledger, records, coins }, head ? 'replay' : 'rebuild', progress)
  if (store.mustRebuild) await store.rebuilt()
  return new Chain({ params, clock, store, tree, records, coins, ledger, groupBytes, maxTipAgeSec })
}

/**
 * Opens the chain in a store, bringing the coins up to the blocks: after a crash the blocks that had not reached them
 * are connected again, and damaged coins are made again from the first block on. Throws a StoreError.
 */
export async function openChain(deps: ChainDeps, options: ChainOptions = {}): Promise<Chain> {
  const { params, store } = deps
  await store.claim(params.networkHash)
  try {
    return await openOnce(deps, options)
  } catch (error) {
    // Coins, or the undo data to take a block back, are damaged. What is made from the first block on needs neither.
    if (!isDamage(error) || store.mustRebuild) throw error
    await store.requestRebuild()
    return openOnce(deps, options)
  }
}
