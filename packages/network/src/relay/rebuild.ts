import { type Block, createBlock, type Transaction } from '@raistone/primitives'
import { MOST_BLOCK_BYTES } from '../messages/blocks.js'
import { type CompactBlock, type ShortId, shortIdHasher } from '../messages/compact-block.js'

/** A block on its way from a compact block to a whole one. */
export interface Draft {
  readonly compact: CompactBlock
  /** By index; undefined where it must be asked for. */
  readonly transactions: readonly (Transaction | undefined)[]
  /** Indexes still empty, rising. */
  readonly missing: readonly number[]
}

/** Where each short id stands in the block; undefined if two are equal, for then none can be trusted. */
function positions(compact: CompactBlock): ReadonlyMap<ShortId, number> | undefined {
  const prefilled = new Set(compact.prefilled.map(({ index }) => index))
  const at = new Map<ShortId, number>()
  let index = 0
  for (const id of compact.shortIds) {
    while (prefilled.has(index)) index++
    if (at.has(id)) return undefined
    at.set(id, index++)
  }
  return at
}

/**
 * Fills a compact block from transactions at hand (BIP-0152). Where two of them have the same short id, neither is
 * used. Undefined when the message's own short ids collide: the block must be fetched whole.
 */
export function startDraft(compact: CompactBlock, atHand: Iterable<Transaction>): Draft | undefined {
  const at = positions(compact)
  if (!at) return undefined
  const transactions: (Transaction | undefined)[] = new Array(compact.shortIds.length + compact.prefilled.length)
  transactions.fill(undefined)
  for (const { index, tx } of compact.prefilled) transactions[index] = tx
  const hash = shortIdHasher(compact)
  const ambiguous = new Set<number>()
  if (at.size > 0) {
    for (const tx of atHand) {
      const index = at.get(hash(tx.wtxid))
      if (index === undefined) continue
      if (transactions[index] !== undefined && transactions[index]?.wtxid !== tx.wtxid) ambiguous.add(index)
      transactions[index] = tx
    }
  }
  for (const index of ambiguous) transactions[index] = undefined
  return draftOf(compact, transactions)
}

/** The draft with the transactions that were missing; undefined unless there is one for each. */
export function fillDraft(draft: Draft, found: readonly Transaction[]): Draft | undefined {
  if (found.length !== draft.missing.length) return undefined
  const transactions = [...draft.transactions]
  draft.missing.forEach((index, i) => {
    transactions[index] = found[i]
  })
  return draftOf(draft.compact, transactions)
}

/** The whole block; undefined while transactions are missing, or when they are more than any block holds. */
export function finishDraft(draft: Draft): Block | undefined {
  const whole = draft.transactions.filter(tx => tx !== undefined)
  const bytes = whole.reduce((sum, tx) => sum + tx.raw.length, 0)
  if (whole.length < draft.transactions.length || bytes > MOST_BLOCK_BYTES) return undefined
  return createBlock(draft.compact.header, whole)
}

const draftOf = (compact: CompactBlock, transactions: readonly (Transaction | undefined)[]): Draft => ({
  compact,
  transactions,
  missing: transactions.flatMap((tx, index) => (tx === undefined ? [index] : [])),
})
