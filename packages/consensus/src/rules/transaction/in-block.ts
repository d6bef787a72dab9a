import type { Transaction } from '@raistone/primitives'
import type { RuleReject } from '../rule.js'

/** What a rule says of a transaction inside a block: there a refusal is for good, also that of what may be right later. */
export const inBlock = ({ txid }: Transaction, { rule, detail }: RuleReject): RuleReject => ({
  rule,
  cause: 'consensus',
  detail: `transaction ${txid}${detail ? `: ${detail}` : ''}`,
})
