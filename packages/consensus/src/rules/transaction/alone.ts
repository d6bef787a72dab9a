import { isCoinbase, NULL_VOUT, outpointKey, type Transaction, ZERO_HASH } from '@raistone/primitives'
import type { ChainParams } from '../../params/chain-params.js'
import type { Reject, Verdict } from '../../verdict.js'
import { MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from '../limits.js'

type MoneyParams = Pick<ChainParams, 'money'>
type TransactionRule = (tx: Transaction, params: MoneyParams) => Verdict

const invalid = (rule: string, detail?: string): Reject =>
  detail === undefined ? { rule, cause: 'consensus' } : { rule, cause: 'consensus', detail }

const hasInputs: TransactionRule = tx => (tx.inputs.length === 0 ? invalid('bad-txns-vin-empty') : undefined)

const hasOutputs: TransactionRule = tx => (tx.outputs.length === 0 ? invalid('bad-txns-vout-empty') : undefined)

/** Without its witnesses, which are not checked yet and could be anything. */
const fitsIntoBlock: TransactionRule = tx =>
  tx.strippedSize * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT
    ? invalid('bad-txns-oversize', `${tx.strippedSize} bytes without witnesses`)
    : undefined

/** CVE-2010-5139: neither an output nor their sum may leave the range of money. */
const moneyInRange: TransactionRule = (tx, { money: { maxMoney } }) => {
  let total = 0n
  for (const { value } of tx.outputs) {
    if (value < 0n) return invalid('bad-txns-vout-negative', `${value}`)
    if (value > maxMoney) return invalid('bad-txns-vout-toolarge', `${value} > ${maxMoney}`)
    total += value
    if (total > maxMoney) return invalid('bad-txns-txouttotal-toolarge', `${total} > ${maxMoney}`)
  }
  return undefined
}

/** CVE-2018-17144: the same coin twice would be money from nothing. */
const spendsEachCoinOnce: TransactionRule = tx => {
  if (tx.inputs.length < 2) return undefined
  const seen = new Set<string>()
  for (const { prevout } of tx.inputs) {
    const key = outpointKey(prevout)
    if (seen.has(key)) return invalid('bad-txns-inputs-duplicate', key)
    seen.add(key)
  }
  return undefined
}

const MIN_COINBASE_SCRIPT = 2
const MAX_COINBASE_SCRIPT = 100

const coinbaseLength: TransactionRule = tx => {
  if (!isCoinbase(tx)) return undefined
  const length = tx.inputs[0]?.scriptSig.length ?? 0
  return length < MIN_COINBASE_SCRIPT || length > MAX_COINBASE_SCRIPT
    ? invalid('bad-cb-length', `${length} bytes, not ${MIN_COINBASE_SCRIPT} to ${MAX_COINBASE_SCRIPT}`)
    : undefined
}

const namesRealCoins: TransactionRule = tx => {
  if (isCoinbase(tx)) return undefined
  const none = tx.inputs.some(({ prevout }) => prevout.vout === NULL_VOUT && prevout.txid === ZERO_HASH)
  return none ? invalid('bad-txns-prevout-null') : undefined
}

/** Core's order (CheckTransaction). */
const rules: readonly TransactionRule[] = [
  hasInputs,
  hasOutputs,
  fitsIntoBlock,
  moneyInRange,
  spendsEachCoinOnce,
  coinbaseLength,
  namesRealCoins,
]

/** What can be said of a transaction without knowing anything else. */
export function checkTransactionAlone(tx: Transaction, params: MoneyParams): Verdict {
  for (const rule of rules) {
    const verdict = rule(tx, params)
    if (verdict) return verdict
  }
  return undefined
}
