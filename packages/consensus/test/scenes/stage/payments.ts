import type { Outpoint, Transaction, TransactionBody, TxOut } from '@raistone/primitives'
import {
  lockIn,
  type OwnedCoin,
  ownedCoin,
  type ScriptHome,
  type SpendOptions,
  spend,
  testKey,
  unlockFrom,
} from '@raistone/testkit'
import { input, spending, transaction } from '../../support/bodies.js'
import type { OpenCoin } from './base-chain.js'

export const outpointOf = ({ txid }: Pick<Transaction, 'txid'>, vout = 0): Outpoint => ({ txid, vout })

/** An output of this value to test key 0. */
export const toKey = (value: bigint): TxOut => ({ value, script: testKey(0).scripts.p2wpkh })

/** A signed transaction that spends the coin, by default to the same key and without a fee. */
export const pay = (
  coin: OwnedCoin,
  outputs: readonly TxOut[] = [toKey(coin.output.value)],
  options: SpendOptions = {},
): Transaction => spend([coin], outputs, options)

/** An output to test key 0 as a coin of its. */
export const keyCoin = (tx: Transaction, vout = 0): OwnedCoin => ownedCoin(tx, vout, testKey(0))

/** An output that anybody may spend, as a coin. */
export const openOutput = (tx: Transaction, vout = 0): OpenCoin => ({
  outpoint: outpointOf(tx, vout),
  output: tx.outputs[vout] as TxOut,
})

/** A transaction that spends what anybody may spend, by default to anybody and without a fee. */
export const take = (
  coin: OpenCoin,
  outputs: readonly TxOut[] = [coin.output],
  change: Partial<TransactionBody> & { readonly sequence?: number } = {},
): Transaction => spending([coin.outpoint], outputs, change)

/** A coin that a script guards. */
export interface GuardedCoin extends OpenCoin {
  readonly home: ScriptHome
  readonly script: Uint8Array
  /** The transaction that made it. */
  readonly tx: Transaction
}

/** Puts the coin under the guard of a script. */
export function guard(coin: OpenCoin, home: ScriptHome, script: Uint8Array): GuardedCoin {
  const tx = take(coin, [{ value: coin.output.value, script: lockIn(home, script) }])
  return { ...openOutput(tx), home, script, tx }
}

/** Spends guarded coins; the script of each runs on these items. */
export const release = (
  coins: readonly GuardedCoin[],
  items: readonly Uint8Array[] = [],
  change: Partial<TransactionBody> & { readonly sequence?: number } = {},
): Transaction => {
  const { sequence = 0xffffffff, ...rest } = change
  const inputs = coins.map(({ outpoint, home, script }) =>
    input(outpoint, { sequence, ...unlockFrom(home, script, items) }),
  )
  const outputs = [toKey(coins.reduce((sum, { output }) => sum + output.value, 0n))]
  return transaction({ inputs, outputs, ...rest })
}
