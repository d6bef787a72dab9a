import {
  type Block,
  commitmentIndex,
  commitmentScript,
  createBlock,
  createTransaction,
  merkleRoot,
  type Transaction,
  witnessCommitment,
} from '@raistone/primitives'
import { witnessReserved } from './coinbase.js'
import { hasWork, solve } from './proof-of-work.js'

/** Which seals to make right again; all that are not false. */
export interface Seals {
  readonly commitment?: boolean
  readonly merkle?: boolean
  readonly nonce?: boolean
}

/** The coinbase with a commitment to the witnesses as they are now; one that never committed stays as it is. */
function recommit(coinbase: Transaction, transactions: readonly Transaction[]): Transaction {
  const at = commitmentIndex(coinbase)
  if (at < 0) return coinbase
  // A reserved value of another size can be committed to by nobody.
  const own = coinbase.inputs[0]?.witness[0]
  const reserved = own?.length === witnessReserved.length ? own : witnessReserved
  const script = commitmentScript(witnessCommitment(transactions, reserved))
  return createTransaction({
    ...coinbase,
    outputs: coinbase.outputs.map((output, i) => (i === at ? { ...output, script } : output)),
  })
}

/**
 * Makes the seals of a changed block right again, the inner ones first: witness commitment, Merkle root, and a nonce
 * for the block's own bits, searched for from the present one. What was changed stays changed.
 */
export function reseal(block: Block, seals: Seals = {}): Block {
  const [coinbase, ...others] = block.transactions as [Transaction, ...Transaction[]]
  const transactions =
    seals.commitment === false ? block.transactions : [recommit(coinbase, block.transactions), ...others]
  const root = seals.merkle === false ? block.header.merkleRoot : merkleRoot(transactions.map(tx => tx.txid)).root
  const header = { ...block.header, merkleRoot: root }
  return createBlock(seals.nonce === false || hasWork(header) ? header : solve(header), transactions)
}
