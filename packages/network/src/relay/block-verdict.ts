import type { BlockEntry, Reject } from '@raistone/consensus'
import type { GossipVerdict } from '../host/host.js'

/** What is known when a `block` message is judged. */
export interface BlockFacts {
  readonly decoded: boolean
  /** The header's entry, if it was in our tree before. */
  readonly known: BlockEntry | undefined
  /** We have the block, or a message with this header was accepted before. */
  readonly seen: boolean
  /** The header's parent, if we know it. */
  readonly parent: BlockEntry | undefined
  /** What the header rules say; asked only for a new header with a known parent. */
  readonly reject: Reject | undefined
  /** Work of the chain that ends in this block; 0 without a parent. */
  readonly work: bigint
  readonly tipWork: bigint
  readonly syncing: boolean
}

export interface BlockJudgement {
  readonly verdict: GossipVerdict
  /** What else to do: rebuild the block, keep it as another source, or ask the sender for headers. */
  readonly next?: 'rebuild' | 'source' | 'headers'
  readonly why: string
}

interface Row extends BlockJudgement {
  readonly when: (facts: BlockFacts) => boolean
}

const isInvalid = (entry: BlockEntry | undefined): boolean => entry?.invalid === true

/** The first row that fits decides. */
const rows: readonly Row[] = [
  { why: 'undecodable', when: facts => !facts.decoded, verdict: 'reject' },
  { why: 'syncing', when: facts => facts.syncing && !facts.seen, verdict: 'ignore', next: 'headers' },
  { why: 'invalid chain', when: facts => isInvalid(facts.known) || isInvalid(facts.parent), verdict: 'ignore' },
  { why: 'variant of a known block', when: facts => facts.seen, verdict: 'ignore', next: 'source' },
  { why: 'unknown parent', when: facts => facts.parent === undefined, verdict: 'ignore', next: 'headers' },
  { why: 'from the future', when: facts => facts.reject?.cause === 'early', verdict: 'ignore' },
  { why: 'bad header', when: facts => facts.reject?.cause === 'header', verdict: 'reject' },
  { why: 'refused header', when: facts => facts.reject !== undefined, verdict: 'ignore' },
  { why: 'no more work than our tip', when: facts => facts.work <= facts.tipWork, verdict: 'ignore' },
]

const first: BlockJudgement = { why: 'first variant', verdict: 'accept', next: 'rebuild' }

/**
 * What to do about a `block` message. Accepting forwards it before the body is known, which BIP-0152 forbids
 * between two peers; over a mesh it is what makes relay fast.
 */
export const judgeBlock = (facts: BlockFacts): BlockJudgement => rows.find(row => row.when(facts)) ?? first
