import type { Coin, Outcome, Reject, Verdict } from '@raistone/consensus'
import { type Sats, type Transaction, transactionWeight } from '@raistone/primitives'
import { STANDARD_FLAGS, sigopCost } from '@raistone/script'
import { dustOutputs } from '../policy/dust.js'
import { feeFor, feeRateOf, policySize } from '../policy/fee-rate.js'
import { type FeeRate, MAX_STANDARD_SIGOP_COST, type MempoolPolicy } from '../policy/limits.js'
import { inputsAreStandard } from '../policy/standard-inputs.js'
import { witnessesAreStandard } from '../policy/standard-witness.js'
import type { NextBlock } from './next-block.js'

export interface FeeDemands {
  /** Entrance fee of a pool that was full. */
  readonly poolFeeRate: FeeRate
  /** More than this the sender does not want to pay. */
  readonly maxFeeRate?: FeeRate | undefined
  /** Transactions of disconnected blocks come back whatever they pay. */
  readonly anyFee: boolean
}

/** What a transaction weighs and pays. */
export interface Measured {
  readonly fee: Sats
  readonly weight: number
  readonly vsize: number
  readonly sigopCost: number
}

const policyReject = (rule: string, detail?: string): Reject =>
  detail === undefined ? { rule, cause: 'policy' } : { rule, cause: 'policy', detail }

function checkForms(tx: Transaction, coins: readonly Coin[]): Verdict {
  if (!inputsAreStandard(tx, coins)) return policyReject('bad-txns-nonstandard-inputs')
  return witnessesAreStandard(tx, coins) ? undefined : policyReject('bad-witness-nonstandard')
}

/** Core's ephemeral dust: a dust output only where there is no fee to be earned by mining the transaction alone. */
const checkDust = (tx: Transaction, fee: Sats, policy: MempoolPolicy): Verdict =>
  fee > 0n && dustOutputs(tx, policy.dustFeeRate) > 0
    ? policyReject('dust', 'tx with dust output must be 0-fee')
    : undefined

function checkFee({ fee, vsize }: Measured, policy: MempoolPolicy, demands: FeeDemands): Verdict {
  if (demands.maxFeeRate !== undefined && demands.maxFeeRate > 0n && feeRateOf(fee, vsize) > demands.maxFeeRate)
    return policyReject('max-fee-exceeded', `${feeRateOf(fee, vsize)} > ${demands.maxFeeRate}`)
  if (demands.anyFee) return undefined
  const entrance = feeFor(demands.poolFeeRate, vsize)
  if (fee < entrance) return policyReject('mempool min fee not met', `${fee} < ${entrance}`)
  const least = feeFor(policy.minRelayFeeRate, vsize)
  return fee < least ? policyReject('min relay fee not met', `${fee} < ${least}`) : undefined
}

/** Everything but scripts and the family that needs the coins, in Core's order. */
export function checkWithCoins(
  tx: Transaction,
  coins: readonly Coin[],
  next: NextBlock,
  policy: MempoolPolicy,
  demands: FeeDemands,
): Outcome<Measured> {
  const locked = next.sequenceLocks(tx, coins)
  if (locked) return { reject: locked }
  const values = next.withCoins(tx, coins)
  if (values.reject) return values
  const { fee } = values.value
  const strange = policy.requireStandard ? checkForms(tx, coins) : undefined
  if (strange) return { reject: strange }
  const weight = transactionWeight(tx)
  const cost = sigopCost(tx, coins, STANDARD_FLAGS)
  const measured = { fee, weight, sigopCost: cost, vsize: policySize(weight, cost) }
  const dust = policy.requireStandard ? checkDust(tx, fee, policy) : undefined
  if (dust) return { reject: dust }
  if (cost > MAX_STANDARD_SIGOP_COST) return { reject: policyReject('bad-txns-too-many-sigops', `${cost}`) }
  const cheap = checkFee(measured, policy, demands)
  return cheap ? { reject: cheap } : { value: measured }
}
