import type { Transaction } from '@raistone/primitives'

// Measured on the heap of V8: objects, views, ids as strings, and the entries of the indexes.
const ENTRY = 1600
const INPUT = 700
const OUTPUT = 250
const WITNESS_ITEM = 130

/** What keeping the transaction costs, about, in bytes of memory. */
export function memoryOf(tx: Transaction): number {
  const items = tx.inputs.reduce((sum, input) => sum + input.witness.length, 0)
  return ENTRY + tx.raw.length + INPUT * tx.inputs.length + OUTPUT * tx.outputs.length + WITNESS_ITEM * items
}
