import { type Height, outpointKey, outputTotal, type Sats, type TransactionBody } from '@raistone/primitives'
import type { Coin } from '../../coin.js'
import type { ChainParams } from '../../params/chain-params.js'
import type { Outcome } from '../../verdict.js'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'
import type { RuleName } from '../rule-name.js'

interface InputFacts {
  readonly tx: TransactionBody
  /** One per input; undefined where there is none. */
  readonly coins: readonly (Coin | undefined)[]
}

/** A coin that is spent, and the total of those up to it. */
interface CoinFacts {
  readonly coin: Coin
  readonly total: Sats
  /** Of the block that spends it. */
  readonly height: Height
  readonly params: Pick<ChainParams, 'coinbaseMaturity' | 'money'>
}

interface FeeFacts {
  readonly valueIn: Sats
  readonly valueOut: Sats
  readonly maxMoney: Sats
}

const coinsThere: Check<InputFacts> = ({ tx, coins }) => {
  const input = tx.inputs.find((_, i) => coins[i] === undefined)
  return input && `spends ${outpointKey(input.prevout)}`
}

/** A coinbase can vanish with its block: until it is this deep nobody is to depend on it. */
const matureCoinbase: Check<CoinFacts> = ({ coin, height, params }) => {
  const depth = height - coin.height
  return coin.coinbase && depth < params.coinbaseMaturity ? `tried to spend coinbase at depth ${depth}` : undefined
}

const inRange = (value: Sats, { money }: Pick<ChainParams, 'money'>): boolean => value >= 0n && value <= money.maxMoney

const valuesInRange: Check<CoinFacts> = ({ coin, total, params }) =>
  inRange(coin.value, params) && inRange(total, params) ? undefined : `${total}`

const outputsCovered: Check<FeeFacts> = ({ valueIn, valueOut }) =>
  valueIn < valueOut ? `value in (${valueIn}) < value out (${valueOut})` : undefined

/** No transaction that obeys the other rules gets there; Core asks all the same. */
const feeInRange: Check<FeeFacts> = ({ valueIn, valueOut, maxMoney }) =>
  valueIn - valueOut > maxMoney ? `${valueIn - valueOut}` : undefined

/** Asked first, as in Core (CheckTxInputs). */
export const presenceRules: readonly Rule<InputFacts>[] = [
  {
    reason: 'bad-txns-inputs-missingorspent',
    cause: 'missing',
    about: 'The coins that a transaction spends are there, and nobody has spent them.',
    source: 'Core: CheckTxInputs',
    check: coinsThere,
  },
]

/** Asked of one coin after the other (CheckTxInputs). */
export const coinRules: readonly Rule<CoinFacts>[] = [
  {
    reason: 'bad-txns-premature-spend-of-coinbase',
    cause: 'early',
    about: 'The coin of a coinbase is as many blocks deep as the chain demands, 100 in Bitcoin.',
    source: 'Core: CheckTxInputs',
    check: matureCoinbase,
  },
  {
    reason: 'bad-txns-inputvalues-outofrange',
    cause: 'consensus',
    about: 'Neither a coin that is spent nor their sum is more than all the money there can be.',
    source: 'CVE-2010-5139',
    check: valuesInRange,
  },
]

/** Asked when all coins are sound (CheckTxInputs). */
export const feeRules: readonly Rule<FeeFacts>[] = [
  {
    reason: 'bad-txns-in-belowout',
    cause: 'consensus',
    about: 'A transaction pays no more than it spends.',
    source: 'Core: CheckTxInputs',
    check: outputsCovered,
  },
  {
    reason: 'bad-txns-fee-outofrange',
    cause: 'consensus',
    about: 'The fee, which is what is left, is no more than all the money there can be.',
    source: 'Core: CheckTxInputs',
    check: feeInRange,
  },
]

/** Whether the coins were found, one per input. */
export const checkCoinsThere = (tx: TransactionBody, coins: readonly (Coin | undefined)[]): RuleVerdict =>
  firstBreach(presenceRules, { tx, coins })

/** What the coins that a transaction spends say of it in a block at this height. The fee is what is left. */
export function checkTransactionWithCoins(
  tx: TransactionBody,
  coins: readonly Coin[],
  height: Height,
  params: Pick<ChainParams, 'coinbaseMaturity' | 'money'>,
): Outcome<{ readonly fee: Sats }, RuleName> {
  let total = 0n
  for (const coin of coins) {
    total += coin.value
    const reject = firstBreach(coinRules, { coin, total, height, params })
    if (reject) return { reject }
  }
  const valueOut = outputTotal(tx)
  const reject = firstBreach(feeRules, { valueIn: total, valueOut, maxMoney: params.money.maxMoney })
  return reject ? { reject } : { value: { fee: total - valueOut } }
}
