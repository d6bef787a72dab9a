import {
  createTransaction,
  emptyBytes,
  nullOutpoint,
  SEQUENCE_FINAL,
  type TransactionBody,
  type TxIn,
} from '@raistone/primitives'
import { createSpendContext, type SpendContext } from '../../src/sighash/spend-context.js'

/** The two transactions in which Core's script_tests run their scripts: one pays to the script, one spends it. */
export function creditAndSpend(
  scriptPubKey: Uint8Array,
  scriptSig: Uint8Array,
  witness: readonly Uint8Array[] = [],
  value = 0n,
): SpendContext {
  const credit = createTransaction({
    version: 1,
    inputs: [{ prevout: nullOutpoint, scriptSig: Uint8Array.of(0, 0), sequence: SEQUENCE_FINAL, witness: [] }],
    outputs: [{ value, script: scriptPubKey }],
    lockTime: 0,
  })
  const spend = createTransaction({
    version: 1,
    inputs: [{ prevout: { txid: credit.txid, vout: 0 }, scriptSig, sequence: SEQUENCE_FINAL, witness }],
    outputs: [{ value, script: emptyBytes }],
    lockTime: 0,
  })
  return createSpendContext(spend, credit.outputs)
}

/** The transaction with one input's scripts replaced. */
export function withInput(
  tx: TransactionBody,
  index: number,
  change: Partial<Pick<TxIn, 'scriptSig' | 'witness' | 'sequence'>>,
): TransactionBody {
  return { ...tx, inputs: tx.inputs.map((input, i) => (i === index ? { ...input, ...change } : input)) }
}
