import { compactSizeLength, type Sats, type TransactionBody, type TxOut } from '@raistone/primitives'
import { isUnspendable, witnessProgram } from '@raistone/script'
import { feeFor } from './fee-rate.js'
import type { FeeRate } from './limits.js'

/** Bytes of an input that spends a P2PKH output. */
const LEGACY_INPUT = 148
/** The same with signature and key in the witness, where they weigh a quarter. */
const WITNESS_INPUT = 67

/** Below this value an output costs more to spend than it is worth; nobody spends OP_RETURN, so there 0 is enough. */
export function dustThreshold(output: TxOut, rate: FeeRate): Sats {
  if (isUnspendable(output.script)) return 0n
  const size = 8 + compactSizeLength(output.script.length) + output.script.length
  return feeFor(rate, size + (witnessProgram(output.script) ? WITNESS_INPUT : LEGACY_INPUT))
}

export const isDust = (output: TxOut, rate: FeeRate): boolean => output.value < dustThreshold(output, rate)

export const dustOutputs = (tx: TransactionBody, rate: FeeRate): number =>
  tx.outputs.filter(output => isDust(output, rate)).length
