import { type Block, type Curve, doneAtOnce, merkleRoot, type Steps } from '@raistone/primitives'
import { checkBlockAloneInSteps, checkBlockSolution } from '../rules/block/alone.js'
import { checkBlockWithAncestors } from '../rules/block/with-ancestors.js'
import { checkHeaderAlone } from '../rules/header/alone.js'
import type { RuleReject } from '../rules/rule.js'
import type { RuleName } from '../rules/rule-name.js'
import type { Outcome } from '../verdict.js'
import { acceptHeader, type HeaderJudge } from './accept-header.js'
import type { BlockTree } from './block-tree.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** Whether the header commits to exactly these transactions, so that a failure is the header's for good. */
function isCommitted(block: Block): boolean {
  const { root, mutated } = merkleRoot(block.transactions.map(tx => tx.txid))
  return !mutated && root === block.header.merkleRoot
}

const isLasting = (reject: RuleReject, block: Block): boolean => reject.cause === 'consensus' && isCommitted(block)

/** What a block is judged by. */
export interface BlockJudge extends HeaderJudge {
  readonly tree: BlockTree
  /** Checks the solution of a block, where the chain has a challenge. */
  readonly curve: Curve
}

export interface Accepted {
  readonly entry: TreeEntry
  /** The header was not known before. */
  readonly fresh: boolean
  /** The block was here before. */
  readonly duplicate: boolean
}

type AcceptedRecords = Pick<BlockRecords, 'touch' | 'putBlock' | 'wasPruned'>

/** Refusals that are remembered, with the entry they are remembered for. */
export type Remember = (entry: TreeEntry, reject: RuleReject) => void

/**
 * Judges a block as far as it can be without coins, and stores it. Only a failure with cause `consensus` of the very
 * transactions that the header commits to is remembered: anything else says nothing about the true block. In Core's
 * order (ProcessNewBlock): what a block shows by itself comes first, and a header with other transactions is not kept.
 * Nothing is changed before the last step.
 */
export function* acceptBlockInSteps(
  block: Block,
  judge: BlockJudge,
  records: AcceptedRecords,
  remember: Remember,
): Steps<Outcome<Accepted, RuleName>> {
  const { tree, params, curve } = judge
  const known = tree.get(block.hash)
  if (known && !known.invalid && (known.data || records.wasPruned(known)))
    return { value: { entry: known, fresh: false, duplicate: true } }
  const alone =
    checkHeaderAlone(block.header, block.hash, params) ??
    checkBlockSolution(block, params, curve) ??
    (yield* checkBlockAloneInSteps(block, params))
  if (alone && !isLasting(alone, block)) return { reject: alone }
  const header = acceptHeader(block.header, judge, block.hash)
  if (header.reject) return alone && !known ? { reject: alone } : header
  const { fresh } = header.value
  const entry = tree.entryOf(header.value.entry)
  if (fresh) records.touch(entry)
  const { medianTimePast } = entry.parent ?? entry
  const verdict = alone ?? checkBlockWithAncestors(block, { height: entry.height, medianTimePast }, params)
  if (verdict) {
    if (isLasting(verdict, block)) remember(entry, verdict)
    return { reject: verdict }
  }
  entry.txCount = block.transactions.length
  records.putBlock(entry, block.raw)
  for (const linked of tree.received(entry)) records.touch(linked)
  return { value: { entry, fresh, duplicate: false } }
}

/** The same at once. */
export const acceptBlock = (
  block: Block,
  judge: BlockJudge,
  records: AcceptedRecords,
  remember: Remember,
): Outcome<Accepted, RuleName> => doneAtOnce(acceptBlockInSteps(block, judge, records, remember))
