import {
  emptyBytes,
  formatAmount,
  type Height,
  type Sats,
  type Transaction,
  type TransactionBody,
} from '@raistone/primitives'
import type { WalletCoin } from './coins/book.js'
import { type Candidate, selectExactly, selectLargest } from './coins/select.js'
import { baseWeight, dustLimit, type FeeRate, feeOf, inputWeight, outputWeight } from './coins/sizes.js'
import { WalletError } from './wallet-error.js'

/** What is to be paid. */
export interface PaymentRequest {
  /** The recipient's script. */
  readonly script: Uint8Array
  readonly amount: Sats
  readonly feeRate: FeeRate
}

/** A payment before it is signed. */
export interface PaymentPlan {
  readonly body: TransactionBody
  readonly inputs: readonly WalletCoin[]
  readonly amount: Sats
  /** Undefined without change. */
  readonly change: Sats | undefined
  readonly fee: Sats
}

/** The plan and the transaction that carries it out. */
export interface Payment extends PaymentPlan {
  readonly tx: Transaction
}

/** BIP-0125: may be replaced, and the lock time counts. */
const SEQUENCE = 0xfffffffd

const sum = (coins: readonly WalletCoin[]): Sats => coins.reduce((total, { value }) => total + value, 0n)

function candidatesOf(coins: readonly WalletCoin[], rate: FeeRate): Candidate<WalletCoin>[] {
  return coins
    .map(coin => ({ coin, effective: coin.value - feeOf(inputWeight(coin.kind), rate) }))
    .filter(({ effective }) => effective > 0n)
}

interface Choice {
  readonly inputs: WalletCoin[]
  /** Of the outputs: the recipient's, and the change's if there is any. */
  readonly scripts: readonly Uint8Array[]
}

/** The coins, and whether there is change; undefined if they are not enough. */
function chooseAmong(
  candidates: readonly Candidate<WalletCoin>[],
  { script, amount, feeRate }: PaymentRequest,
  changeScript: Uint8Array,
): Choice | undefined {
  const bare = amount + feeOf(baseWeight([script], candidates.length), feeRate)
  const costOfChange = feeOf(outputWeight(changeScript) + inputWeight('tr'), feeRate)
  const exact = selectExactly(candidates, { amount: bare, costOfChange })
  if (exact) return { inputs: exact, scripts: [script] }
  const both = [script, changeScript]
  const least = amount + feeOf(baseWeight(both, candidates.length), feeRate) + dustLimit(changeScript)
  const large = selectLargest(candidates, least)
  if (large) return { inputs: large, scripts: both }
  // Too little for change, but perhaps enough without it; at last with every coin, and no fee rounded up for each.
  const last = selectLargest(candidates, bare)
  if (last) return { inputs: last, scripts: [script] }
  return missing(candidates, { script, amount, feeRate }) <= 0n
    ? { inputs: candidates.map(({ coin }) => coin), scripts: [script] }
    : undefined
}

const weightOf = (inputs: readonly WalletCoin[], scripts: readonly Uint8Array[]): number =>
  inputs.reduce((total, { kind }) => total + inputWeight(kind), baseWeight(scripts, inputs.length))

/** What all these coins together lack to pay the amount and the fee. */
function missing(candidates: readonly Candidate<WalletCoin>[], { script, amount, feeRate }: PaymentRequest): Sats {
  const all = candidates.map(({ coin }) => coin)
  return amount + feeOf(weightOf(all, [script]), feeRate) - sum(all)
}

/** Confirmed coins if they are enough: nodes do not relay long chains of unconfirmed ones. Throws a WalletError `funds`. */
function choose(coins: readonly WalletCoin[], request: PaymentRequest, changeScript: Uint8Array): Choice {
  const candidates = candidatesOf(coins, request.feeRate)
  const confirmed = candidates.filter(({ coin }) => coin.height !== undefined)
  const choice = chooseAmong(confirmed, request, changeScript) ?? chooseAmong(candidates, request, changeScript)
  if (choice) return choice
  const lack = formatAmount(missing(candidates, request))
  throw new WalletError('funds', `not enough money: ${lack} coins are missing, the fee included`)
}

/** Chooses coins and works out change and fee. Throws a WalletError: `funds`, or `payment` for an amount nobody relays. */
export function planPayment(
  coins: readonly WalletCoin[],
  request: PaymentRequest,
  changeScript: Uint8Array,
  tip: Height,
): PaymentPlan {
  const { script, amount, feeRate } = request
  if (amount < dustLimit(script))
    throw new WalletError('payment', `the amount is too small: nodes relay no less than ${dustLimit(script)} satoshis`)
  const { inputs, scripts } = choose(coins, request, changeScript)
  const change = scripts.length > 1 ? sum(inputs) - amount - feeOf(weightOf(inputs, scripts), feeRate) : undefined
  const outputs = [
    { value: amount, script },
    ...(change === undefined ? [] : [{ value: change, script: changeScript }]),
  ]
  const body: TransactionBody = {
    version: 2,
    inputs: inputs.map(({ outpoint }) => ({
      prevout: outpoint,
      scriptSig: emptyBytes,
      sequence: SEQUENCE,
      witness: [],
    })),
    outputs,
    // As Core does: a miner gains nothing by taking an old block's place to earn this fee.
    lockTime: tip,
  }
  return { body, inputs, amount, change, fee: sum(inputs) - amount - (change ?? 0n) }
}
