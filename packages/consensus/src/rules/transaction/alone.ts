import { isCoinbase, NULL_VOUT, outpointKey, type Sats, type Transaction, ZERO_HASH } from '@raistone/primitives'
import type { ChainParams } from '../../params/chain-params.js'
import { MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from '../limits.js'
import { BROKEN, type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'

/** An output's value, and the total of the outputs up to it. */
interface OutputFacts {
  readonly value: Sats
  readonly total: Sats
  readonly maxMoney: Sats
}

const hasInputs: Check<Transaction> = tx => (tx.inputs.length === 0 ? BROKEN : undefined)

const hasOutputs: Check<Transaction> = tx => (tx.outputs.length === 0 ? BROKEN : undefined)

/** Without its witnesses, which are not checked yet and could be anything. */
const fitsIntoBlock: Check<Transaction> = tx =>
  tx.strippedSize * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT ? `${tx.strippedSize} bytes without witnesses` : undefined

const paysNoDebt: Check<OutputFacts> = ({ value }) => (value < 0n ? `${value}` : undefined)

const paysNoMoreThanAll: Check<OutputFacts> = ({ value, maxMoney }) =>
  value > maxMoney ? `${value} > ${maxMoney}` : undefined

const totalsNoMoreThanAll: Check<OutputFacts> = ({ total, maxMoney }) =>
  total > maxMoney ? `${total} > ${maxMoney}` : undefined

/** The same coin twice would be money from nothing. */
const spendsEachCoinOnce: Check<Transaction> = tx => {
  if (tx.inputs.length < 2) return undefined
  const seen = new Set<string>()
  for (const { prevout } of tx.inputs) {
    const key = outpointKey(prevout)
    if (seen.has(key)) return key
    seen.add(key)
  }
  return undefined
}

const MIN_COINBASE_SCRIPT = 2
const MAX_COINBASE_SCRIPT = 100

const coinbaseScriptInRange: Check<Transaction> = tx => {
  if (!isCoinbase(tx)) return undefined
  const length = tx.inputs[0]?.scriptSig.length ?? 0
  return length < MIN_COINBASE_SCRIPT || length > MAX_COINBASE_SCRIPT
    ? `${length} bytes, not ${MIN_COINBASE_SCRIPT} to ${MAX_COINBASE_SCRIPT}`
    : undefined
}

const namesRealCoins: Check<Transaction> = tx => {
  if (isCoinbase(tx)) return undefined
  const none = tx.inputs.some(({ prevout }) => prevout.vout === NULL_VOUT && prevout.txid === ZERO_HASH)
  return none ? BROKEN : undefined
}

/** Asked first, in Core's order (CheckTransaction). */
export const shapeRules: readonly Rule<Transaction>[] = [
  {
    reason: 'bad-txns-vin-empty',
    cause: 'consensus',
    about: 'A transaction has inputs.',
    source: 'Core: CheckTransaction',
    check: hasInputs,
  },
  {
    reason: 'bad-txns-vout-empty',
    cause: 'consensus',
    about: 'A transaction has outputs.',
    source: 'Core: CheckTransaction',
    check: hasOutputs,
  },
  {
    reason: 'bad-txns-oversize',
    cause: 'consensus',
    about: 'A transaction fits into a block: 1,000,000 bytes at most, without its witnesses.',
    source: 'Core: CheckTransaction',
    check: fitsIntoBlock,
  },
]

/** Asked of one output after the other (CheckTransaction). */
export const outputRules: readonly Rule<OutputFacts>[] = [
  {
    reason: 'bad-txns-vout-negative',
    cause: 'consensus',
    about: 'No output has a negative value.',
    source: 'CVE-2010-5139',
    check: paysNoDebt,
  },
  {
    reason: 'bad-txns-vout-toolarge',
    cause: 'consensus',
    about: 'No output has more than all the money there can be.',
    source: 'CVE-2010-5139',
    check: paysNoMoreThanAll,
  },
  {
    reason: 'bad-txns-txouttotal-toolarge',
    cause: 'consensus',
    about: 'The outputs have together no more than all the money there can be.',
    source: 'CVE-2010-5139',
    check: totalsNoMoreThanAll,
  },
]

/** Asked when the outputs are sound (CheckTransaction). */
export const inputRules: readonly Rule<Transaction>[] = [
  {
    reason: 'bad-txns-inputs-duplicate',
    cause: 'consensus',
    about: 'No two inputs spend the same coin.',
    source: 'CVE-2018-17144',
    check: spendsEachCoinOnce,
  },
  {
    reason: 'bad-cb-length',
    cause: 'consensus',
    about: 'The script of a coinbase has 2 to 100 bytes.',
    source: 'Core: CheckTransaction',
    check: coinbaseScriptInRange,
  },
  {
    reason: 'bad-txns-prevout-null',
    cause: 'consensus',
    about: 'No input but that of a coinbase spends the null outpoint.',
    source: 'Core: CheckTransaction',
    check: namesRealCoins,
  },
]

function checkOutputs({ outputs }: Transaction, maxMoney: Sats): RuleVerdict {
  let total = 0n
  for (const { value } of outputs) {
    total += value
    const verdict = firstBreach(outputRules, { value, total, maxMoney })
    if (verdict) return verdict
  }
  return undefined
}

/** What can be said of a transaction without knowing anything else. */
export const checkTransactionAlone = (tx: Transaction, { money }: Pick<ChainParams, 'money'>): RuleVerdict =>
  firstBreach(shapeRules, tx) ?? checkOutputs(tx, money.maxMoney) ?? firstBreach(inputRules, tx)
