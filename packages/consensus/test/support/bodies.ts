import {
  type Block,
  createBlock,
  createTransaction,
  emptyBytes,
  merkleRoot,
  type Outpoint,
  SEQUENCE_FINAL,
  type Transaction,
  type TransactionBody,
  type TxIn,
  type Txid,
  type TxOut,
} from '@raistone/primitives'
import { solve } from '@raistone/testkit'

/** Anybody may spend it: scripts are not run here. */
export const anyScript: Uint8Array = Uint8Array.of(0x51)

export const output = (value: bigint, script: Uint8Array = anyScript): TxOut => ({ value, script })

/** An outpoint that nothing else names. */
export const outpoint = (n: number): Outpoint => ({ txid: n.toString(16).padStart(64, '0') as Txid, vout: 0 })

export const input = (prevout: Outpoint, change: Partial<TxIn> = {}): TxIn => ({
  prevout,
  scriptSig: emptyBytes,
  sequence: SEQUENCE_FINAL,
  witness: [],
  ...change,
})

/** A transaction of one input and one output, but for what is changed. */
export const transaction = (change: Partial<TransactionBody> = {}): Transaction =>
  createTransaction({ version: 2, inputs: [input(outpoint(1))], outputs: [output(1n)], lockTime: 0, ...change })

/** An unsigned transaction that spends these and makes the outputs. */
export const spending = (
  prevouts: readonly Outpoint[],
  outputs: readonly TxOut[],
  change: Partial<TransactionBody> & { readonly sequence?: number } = {},
): Transaction => {
  const { sequence = SEQUENCE_FINAL, ...rest } = change
  return transaction({ inputs: prevouts.map(prevout => input(prevout, { sequence })), outputs, ...rest })
}

/** The block with other transactions, its Merkle root and nonce made right again. */
export function withTransactions(block: Block, transactions: readonly Transaction[]): Block {
  const root = merkleRoot(transactions.map(tx => tx.txid)).root
  return createBlock(solve({ ...block.header, merkleRoot: root }), transactions)
}
