import type { BlockHash } from '@raistone/primitives'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'

/** What is remembered of a block whose header was accepted. */
export interface Standing {
  /** It or an ancestor broke a rule. */
  readonly invalid: boolean
}

interface KnownFacts {
  readonly hash: BlockHash
  readonly known: Standing | undefined
}

interface ParentFacts {
  readonly prev: BlockHash
  readonly parent: Standing | undefined
}

const notKnownAsInvalid: Check<KnownFacts> = ({ hash, known }) => (known?.invalid ? hash : undefined)

const parentIsKnown: Check<ParentFacts> = ({ prev, parent }) => (parent ? undefined : prev)

const parentIsValid: Check<ParentFacts> = ({ prev, parent }) => (parent?.invalid ? prev : undefined)

/** Before anything is computed, as in Core (AcceptBlockHeader). */
export const knownHeaderRules: readonly Rule<KnownFacts>[] = [
  {
    reason: 'duplicate-invalid',
    cause: 'consensus',
    about: 'The block is not one that has failed before.',
    source: 'Core: AcceptBlockHeader',
    check: notKnownAsInvalid,
  },
]

/** After the work, which makes the question cost something. */
export const parentRules: readonly Rule<ParentFacts>[] = [
  {
    reason: 'prev-blk-not-found',
    cause: 'missing',
    about: 'The header before it is known.',
    source: 'Core: AcceptBlockHeader',
    check: parentIsKnown,
  },
  {
    reason: 'bad-prevblk',
    cause: 'consensus',
    about: 'Neither the block before it nor any further back has failed.',
    source: 'Core: AcceptBlockHeader',
    check: parentIsValid,
  },
]

/** Whether a header that may be known already is worth a look. */
export const checkKnownHeader = (hash: BlockHash, known: Standing | undefined): RuleVerdict =>
  firstBreach(knownHeaderRules, { hash, known })

/** Whether a header may stand where it says it does. */
export const checkParent = (prev: BlockHash, parent: Standing | undefined): RuleVerdict =>
  firstBreach(parentRules, { prev, parent })
