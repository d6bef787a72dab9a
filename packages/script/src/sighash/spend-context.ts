import type { TransactionBody, TxIn, TxOut } from '@raistone/primitives'
import { SharedParts } from './shared-parts.js'

/** A transaction with the outputs it spends, and what the signature hashes of its inputs have in common. */
export interface SpendContext {
  readonly tx: TransactionBody
  /** One per input, in order. */
  readonly spent: readonly TxOut[]
  readonly shared: SharedParts
}

/** One context serves all inputs of a transaction; `spent` has one output per input. */
export const createSpendContext = (tx: TransactionBody, spent: readonly TxOut[]): SpendContext => ({
  tx,
  spent,
  shared: new SharedParts(tx, spent),
})

/** The input at the index; an index without an input is the caller's bug and throws a RangeError. */
export function inputAt(spend: SpendContext, index: number): TxIn {
  const input = spend.tx.inputs[index]
  if (!input) throw new RangeError(`no input ${index} among ${spend.tx.inputs.length}`)
  return input
}

/** The output that the input spends; throws a RangeError if the context was made without it. */
export function spentAt(spend: SpendContext, index: number): TxOut {
  const output = spend.spent[index]
  if (!output) throw new RangeError(`no spent output ${index} among ${spend.spent.length}`)
  return output
}
