import type { BlockHash } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'
import { SnapshotError } from '../snapshot/snapshot-error.js'
import type { BlockTree } from './block-tree.js'
import { ancestorAt, type TreeEntry } from './tree-entry.js'

/** The block that a snapshot's coins belong to, and the hash that they must have. */
export interface ExpectedSnapshot {
  readonly base: TreeEntry
  readonly coinsHash: string
}

/** What the genesis file knows, or else the operator says, about the coins after a block. */
function expectedHash(block: BlockHash, { snapshots }: ChainParams, trusted: string | undefined): string {
  const known = snapshots.find(snapshot => snapshot.block === block)
  if (known && trusted !== undefined && trusted !== known.hash)
    throw new SnapshotError(`the genesis file names another hash for this block, ${known.hash}`)
  const hash = known?.hash ?? trusted
  if (hash !== undefined) return hash
  const heights = snapshots.map(({ height }) => height).join(', ') || 'none'
  throw new SnapshotError(
    `assumeutxo block hash in snapshot metadata not recognized (hash: ${block}). The following snapshot heights are available: ${heights}. Or give the hash of its coins that you trust`,
  )
}

/**
 * Whether a snapshot of this block may take the place of the tip (Core: ActivateSnapshot). Throws a SnapshotError in
 * Core's words.
 */
export function expectSnapshot(
  block: BlockHash,
  tree: BlockTree,
  params: ChainParams,
  tip: TreeEntry,
  trusted: string | undefined,
): ExpectedSnapshot {
  const coinsHash = expectedHash(block, params, trusted)
  const base = tree.get(block)
  if (!base)
    throw new SnapshotError(
      `The base block header (${block}) must appear in the headers chain. Make sure all headers are syncing, and call loadtxoutset again`,
    )
  if (base.invalid) throw new SnapshotError(`The base block header (${block}) is part of an invalid chain`)
  const known = params.snapshots.find(snapshot => snapshot.block === block)
  if (known && known.height !== base.height)
    throw new SnapshotError(`the genesis file names height ${known.height} for a block of height ${base.height}`)
  const best = tree.bestHeader
  if (best.height < base.height || ancestorAt(best, base.height) !== base)
    throw new SnapshotError(
      'A forked headers-chain with more work than the chain with the snapshot base block header exists. Please proceed to sync without AssumeUtxo.',
    )
  if (tree.compareWork(base, tip) <= 0) throw new SnapshotError('Work does not exceed active chainstate.')
  return { base, coinsHash }
}
