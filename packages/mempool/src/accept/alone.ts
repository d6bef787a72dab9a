import { checkTransactionAlone, type Reject, type Verdict } from '@raistone/consensus'
import { isCoinbase, outpointKey, type Transaction } from '@raistone/primitives'
import { type MempoolPolicy, MIN_STANDARD_STRIPPED_SIZE } from '../policy/limits.js'
import { checkStandard } from '../policy/standard-tx.js'
import type { TransactionGraph } from '../pool/graph.js'
import type { NextBlock } from './next-block.js'

export interface AloneContext {
  readonly graph: TransactionGraph
  readonly policy: MempoolPolicy
  readonly next: NextBlock
}

type Check = (tx: Transaction, context: AloneContext) => Verdict

const policyReject = (rule: string, detail?: string): Reject =>
  detail === undefined ? { rule, cause: 'policy' } : { rule, cause: 'policy', detail }

const sound: Check = (tx, { next }) => checkTransactionAlone(tx, next.params)

const noCoinbase: Check = tx => (isCoinbase(tx) ? { rule: 'coinbase', cause: 'consensus' } : undefined)

const standardForm: Check = (tx, { policy }) => (policy.requireStandard ? checkStandard(tx, policy) : undefined)

const notTooSmall: Check = tx =>
  tx.strippedSize < MIN_STANDARD_STRIPPED_SIZE ? policyReject('tx-size-small') : undefined

const final: Check = (tx, { next }) => (next.isFinal(tx) ? undefined : { rule: 'non-final', cause: 'early' })

const notWaiting: Check = (tx, { graph }) => {
  if (graph.byWtxid(tx.wtxid)) return policyReject('txn-already-in-mempool')
  return graph.get(tx.txid) ? policyReject('txn-same-nonwitness-data-in-mempool') : undefined
}

const noConflict: Check = (tx, { graph }) => {
  const key = tx.inputs.map(input => outpointKey(input.prevout)).find(at => graph.spender(at) !== undefined)
  return key && policyReject('txn-mempool-conflict', `${key} is spent by ${graph.spender(key)}`)
}

/** Core's order (MemPoolAccept::PreChecks), which decides what is reported first. */
const checks: readonly Check[] = [sound, noCoinbase, standardForm, notTooSmall, final, notWaiting, noConflict]

/** Everything that can be said before the coins are looked up. */
export function checkBeforeCoins(tx: Transaction, context: AloneContext): Verdict {
  for (const check of checks) {
    const verdict = check(tx, context)
    if (verdict) return verdict
  }
  return undefined
}
