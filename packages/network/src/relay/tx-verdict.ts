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
  /** its parents have not come */
  | 'orphan'
  | 'refused'

const knownRules: ReadonlySet<string> = new Set(['txn-already-in-mempool', 'txn-already-known'])

/** Core names script failures so; only those against consensus flags carry the cause `consensus`. */
const isScriptFailure = ({ rule, cause }: Reject): boolean =>
  cause === 'consensus' && /(mandatory|mempool)-script-verify-flag-failed/.test(rule)

/** What the mempool's refusal says about the transaction. */
export function fateOf(reject: Reject | undefined): TxFate {
  if (!reject) return 'new'
  if (knownRules.has(reject.rule)) return 'known'
  if (isScriptFailure(reject)) return 'bad-script'
  return reject.cause === 'missing' ? 'orphan' : 'refused'
}

/** The whole batch is vouched for, or none of it: what was new in an ignored batch is published by ourselves. */
export function judgeBatch(fates: readonly TxFate[]): GossipVerdict {
  if (fates.includes('bad-script')) return 'reject'
  const whole = fates.every(fate => fate === 'new' || fate === 'known')
  return whole && fates.includes('new') ? 'accept' : 'ignore'
}
