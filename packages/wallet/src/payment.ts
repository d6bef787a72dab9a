import { emptyBytes, type Height, type Sats, type Transaction, type TransactionBody } from '@raistone/primitives'
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

/** The coins, and whether there is change; throws a WalletError `funds`. */
function choose(
  coins: readonly WalletCoin[],
  { script, amount, feeRate }: PaymentRequest,
  changeScript: Uint8Array,
): { readonly inputs: WalletCoin[]; readonly scripts: readonly Uint8Array[] } {
  const candidates = candidatesOf(coins, feeRate)
  const bare = amount + feeOf(baseWeight([script]), feeRate)
  const costOfChange = feeOf(outputWeight(changeScript) + inputWeight('tr'), feeRate)
  const exact = selectExactly(candidates, { amount: bare, costOfChange })
  if (exact) return { inputs: exact, scripts: [script] }
  const both = [script, changeScript]
  const least = amount + feeOf(baseWeight(both), feeRate) + dustLimit(changeScript)
  const large = selectLargest(candidates, least)
  if (large) return { inputs: large, scripts: both }
  // Too little for change, but perhaps enough without it.
  const last = selectLargest(candidates, bare)
  if (last) return { inputs: last, scripts: [script] }
  const all = candidates.reduce((total, { effective }) => total + effective, 0n)
  throw new WalletError('funds', `not enough money: ${bare - all} satoshis are missing, the fee included`)
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
  const weight = inputs.reduce((total, { kind }) => total + inputWeight(kind), baseWeight(scripts))
  const change = scripts.length > 1 ? sum(inputs) - amount - feeOf(weight, feeRate) : undefined
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
