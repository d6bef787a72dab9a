import type { Reject } from '@raistone/consensus'
import type { GossipVerdict } from '../host/host.js'

/** What became of one transaction of a batch. */
export type TxFate =
  /** now in our mempool */
  | 'new'
  /** in our mempool, or lately so, or confirmed */
  | 'known'
  /** a script fails under the flags that blocks are held to */
  | 'bad-script'
  /** its parents have not come, or its time has not: the next block may change that */
  | 'waiting'
  | 'refused'

const knownRules: ReadonlySet<string> = new Set(['txn-already-in-mempool', 'txn-already-known'])

/** A node one block behind its peers sees these where they see a good transaction. */
const untimelyRules: ReadonlySet<string> = new Set([
  'bad-txns-premature-spend-of-coinbase',
  'non-final',
  'non-BIP68-final',
])

/** Core names script failures so; only those against consensus flags carry the cause `consensus`. */
const isScriptFailure = ({ rule, cause }: Reject): boolean =>
  cause === 'consensus' && /(mandatory|mempool)-script-verify-flag-failed/.test(rule)

/** What the mempool's refusal says about the transaction. */
export function fateOf(reject: Reject | undefined): TxFate {
  if (!reject) return 'new'
  if (knownRules.has(reject.rule)) return 'known'
  if (isScriptFailure(reject)) return 'bad-script'
  return reject.cause === 'missing' || untimelyRules.has(reject.rule) ? 'waiting' : 'refused'
}

/** The whole batch is vouched for, or none of it: what was new in an ignored batch is published by ourselves. */
export function judgeBatch(fates: readonly TxFate[]): GossipVerdict {
  if (fates.includes('bad-script')) return 'reject'
  const whole = fates.every(fate => fate === 'new' || fate === 'known')
  return whole && fates.includes('new') ? 'accept' : 'ignore'
}
