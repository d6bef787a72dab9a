import { createTransaction, emptyBytes, type Transaction, type TxIn } from '@raistone/primitives'
import { type ScriptErrorName, scriptErrorMessage } from '@raistone/script'
import { input, output, transaction } from '../../support/bodies.js'
import type { OpenCoin } from './base-chain.js'
import { openOutput, take, toKey } from './payments.js'
import type { Stage } from './stage.js'

/** The reason of a block in which a script fails with this error. */
export const scriptFails = (error: ScriptErrorName): string =>
  `block-script-verify-flag-failed (${scriptErrorMessage(error)})`

/** A block with these transactions is refused, for one of their scripts fails with this error. */
export const failsIn = (stage: Stage, error: ScriptErrorName, ...transactions: readonly Transaction[]): Promise<void> =>
  stage.refuse(stage.block({ transactions }), scriptFails(error))

/** Makes an output with this script of the coin, to be spent in the same block. */
export function paidTo(coin: OpenCoin, script: Uint8Array): { readonly tx: Transaction; readonly coin: OpenCoin } {
  const tx = take(coin, [output(coin.output.value, script)])
  return { tx, coin: openOutput(tx) }
}

/** Spends the coin with whatever its input is to bring. */
export const bring = (coin: OpenCoin, change: Partial<TxIn> = {}): Transaction =>
  transaction({ inputs: [input(coin.outpoint, change)], outputs: [toKey(coin.output.value)] })

/** The transaction with its only input changed. */
export const withInput = (tx: Transaction, change: Partial<TxIn>): Transaction =>
  createTransaction({ ...tx, inputs: tx.inputs.map(each => ({ ...each, ...change })) })

/** Makes an output with the script and spends it, the scriptSig being this. */
export function run(stage: Stage, script: Uint8Array, scriptSig: Uint8Array = emptyBytes): Transaction[] {
  const { tx, coin } = paidTo(stage.openCoin(), script)
  return [tx, bring(coin, { scriptSig })]
}
