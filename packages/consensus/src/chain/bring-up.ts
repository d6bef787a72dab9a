import type { Height } from '@raistone/primitives'
import type { ChainStore } from '../store/chain-store.js'
import type { CoinTable } from '../store/coin-table.js'
import type { SnapshotCoins } from '../store/snapshot-coins.js'
import { isDamage, StoreError } from '../store/store-error.js'
import { type ActivationDeps, activateAndLand } from './activate.js'
import type { BlockTree } from './block-tree.js'
import { leaveInvalid } from './controls.js'
import type { Ledger, Step } from './ledger.js'
import type { OpenProgress } from './options.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** What is built over a store before the chain can be used. */
export interface Replica {
  readonly tree: BlockTree
  readonly ledger: Ledger
  readonly records: BlockRecords
  readonly coins: CoinTable
}

export interface BringUpDeps {
  readonly store: ChainStore
  /** Over the coins of this block, or over none. */
  readonly begin: (head: TreeEntry | undefined) => Replica
  readonly mayBegin: (height: Height) => boolean
  readonly tell: (progress: OpenProgress) => void
}

/** Transactions of the blocks above a height that are here. */
async function transactionsAbove(height: Height, tree: BlockTree): Promise<number> {
  let count = 0
  await tree.eachLook(view => {
    if (view.height > height && view.data) count += view.txCount
  })
  return count
}

/** Tells how much of the blocks above the head is connected. */
async function gauge(
  phase: OpenProgress['phase'],
  { tree, ledger }: Replica,
  tell: (progress: OpenProgress) => void,
): Promise<(step: Step) => void> {
  const all = await transactionsAbove(ledger.head.height, tree)
  let blocks = 0
  let transactions = 0
  return ({ did, entry, block }) => {
    if (did !== 'connect') return
    blocks++
    transactions += block.transactions.length
    const share = Math.min(1, transactions / Math.max(1, all))
    tell({ phase, height: entry.height, target: tree.bestHeader.height, blocks, transactions, share })
  }
}

/** Memory and disk agree about every block from here on. */
async function catchUp(replica: Replica, phase: 'replay' | 'rebuild', deps: BringUpDeps): Promise<void> {
  const { tree, ledger, coins } = replica
  const from = ledger.head
  const tellStep = tree.bestCandidate(from) ? await gauge(phase, replica, deps.tell) : () => undefined
  const activation: ActivationDeps = {
    ...replica,
    mayBegin: deps.mayBegin,
    mustFlush: () => coins.full,
    flush: () => ledger.flush(),
    stepped: step => {
      tellStep(step)
      return Promise.resolve()
    },
    failed: () => undefined,
  }
  await leaveInvalid(activation)
  await activateAndLand(activation)
  if (ledger.head !== from || phase === 'rebuild') await ledger.flush()
}

/** All coins made again from the first block on. Interrupted, it goes on from its last flush at the next start. */
export async function rebuild(deps: BringUpDeps): Promise<Replica> {
  const { store } = deps
  await store.coins.clear()
  const replica = deps.begin(undefined)
  await replica.records.wantPruned()
  // Few coins from now on, but sound ones.
  if (store.mustRebuild) await store.rebuilt()
  await catchUp(replica, 'rebuild', deps)
  return replica
}

/** Its coins cannot be made again from blocks that are not here: the chain without it is another one. */
export async function giveUpSnapshot(snapshot: SnapshotCoins): Promise<never> {
  await snapshot.decide('damaged')
  throw new StoreError('snapshot', 'the coins of the snapshot are damaged: the next start goes on without them')
}

/** The coins of the head with the blocks after it connected; all made again if they prove damaged, or if there is no head. */
export async function bringUp(head: TreeEntry | undefined, deps: BringUpDeps): Promise<Replica> {
  if (!head) return rebuild(deps)
  try {
    const replica = deps.begin(head)
    await catchUp(replica, 'replay', deps)
    return replica
  } catch (error) {
    if (!isDamage(error)) throw error
    if (deps.store.snapshot?.base) await giveUpSnapshot(deps.store.snapshot)
    await deps.store.requestRebuild()
    return rebuild(deps)
  }
}
