import { type Block, merkleRoot } from '@raistone/primitives'
import { checkBlockAlone } from '../rules/block/alone.js'
import { checkBlockWithAncestors } from '../rules/block/with-ancestors.js'
import type { Outcome, Reject, Verdict } from '../verdict.js'
import { acceptHeader, type HeaderJudge } from './accept-header.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** Whether the header commits to exactly these transactions, so that a failure is the header's for good. */
function isCommitted(block: Block): boolean {
  const { root, mutated } = merkleRoot(block.transactions.map(tx => tx.txid))
  return !mutated && root === block.header.merkleRoot
}

/** What the rules without coins say of a block over a known parent. */
const checkBody = (block: Block, entry: TreeEntry, parent: TreeEntry, judge: HeaderJudge): Verdict =>
  checkBlockAlone(block, judge.params) ??
  checkBlockWithAncestors(block, { height: entry.height, medianTimePast: parent.medianTimePast }, judge.params)

export interface Accepted {
  readonly entry: TreeEntry
  /** The header was not known before. */
  readonly fresh: boolean
  /** The block was here before. */
  readonly duplicate: boolean
}

/** Refusals that are remembered, with the entry they are remembered for. */
export type Remember = (entry: TreeEntry, reject: Reject) => void

/**
 * Judges a block as far as it can be without coins, and stores it. Only a failure with cause `consensus` of the very
 * transactions that the header commits to is remembered: anything else says nothing about the true block.
 */
export function acceptBlock(
  block: Block,
  judge: HeaderJudge,
  records: BlockRecords,
  remember: Remember,
): Outcome<Accepted> {
  const header = acceptHeader(block.header, judge, block.hash)
  if (header.reject) return header
  const { entry, fresh } = header.value
  if (fresh) records.touch(entry)
  if (entry.data || !entry.parent) return { value: { entry, fresh, duplicate: true } }
  const verdict = checkBody(block, entry, entry.parent, judge)
  if (verdict) {
    if (verdict.cause === 'consensus' && isCommitted(block)) remember(entry, verdict)
    return { reject: verdict }
  }
  entry.txCount = block.transactions.length
  records.putBlock(entry, block.raw)
  for (const linked of judge.tree.received(entry)) records.touch(linked)
  return { value: { entry, fresh, duplicate: false } }
}
