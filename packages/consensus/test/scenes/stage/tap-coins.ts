import type { Transaction, TransactionBody } from '@raistone/primitives'
import type { TapTree } from '@raistone/testkit'
import { input, transaction } from '../../support/bodies.js'
import type { OpenCoin } from './base-chain.js'
import { openOutput, take, toKey } from './payments.js'

/** A coin that a Taproot output with a script guards. */
export interface TreeCoin extends OpenCoin {
  readonly tree: TapTree
  /** The transaction that made it. */
  readonly tx: Transaction
}

/** Puts the coin under the guard of the tree's key and script. */
export function guardByTree(coin: OpenCoin, tree: TapTree): TreeCoin {
  const tx = take(coin, [{ value: coin.output.value, script: tree.outputScript }])
  return { ...openOutput(tx), tree, tx }
}

/** Spends the coin by its script, which runs on these items; an annex comes last. */
export function releaseTree(
  coin: TreeCoin,
  items: readonly Uint8Array[] = [],
  { annex, ...change }: Partial<TransactionBody> & { readonly annex?: Uint8Array } = {},
): Transaction {
  const { leaf, control } = coin.tree
  const witness = [...items, leaf, control, ...(annex ? [annex] : [])]
  return transaction({
    inputs: [input(coin.outpoint, { witness })],
    outputs: [toKey(coin.output.value)],
    ...change,
  })
}
