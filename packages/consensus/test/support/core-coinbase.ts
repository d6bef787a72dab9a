import {
  commitmentScript,
  concatBytes,
  createTransaction,
  fromHex,
  nullOutpoint,
  type OutpointKey,
  outpointKey,
  type Transaction,
  witnessCommitment,
} from '@raistone/primitives'
import { heightPush, witnessReserved } from '@raistone/testkit'
import type { Coin } from '../../src/coin.js'
import { input, output } from './bodies.js'

/** The first coinbases of the chains of Core's functional tests, as its releases 26 to 29 make them. */
export const SUBSIDY = 5_000_000_000n
/** test_framework/test_node.py: mjTkW3DjgyZck4KbiRusZsqTgaYTxdSz6z. */
export const nodeScript = fromHex('76a9142b4569203694fc997e13f2c0a1383b9e16c77a0d88ac')
/** A coinbase as Core's miner makes it. */
export function coreCoinbase(height: number, script: Uint8Array, others: readonly Transaction[] = []): Transaction {
  const scriptSig = concatBytes(heightPush(height), Uint8Array.of(0))
  const make = (outputs: ReturnType<typeof output>[]): Transaction =>
    createTransaction({
      version: 2,
      inputs: [input(nullOutpoint, { scriptSig, witness: [witnessReserved] })],
      outputs,
      lockTime: 0,
    })
  const paid = output(SUBSIDY, script)
  const commitment = commitmentScript(witnessCommitment([make([paid]), ...others], witnessReserved))
  return make([paid, output(0n, commitment)])
}

/** The coin of a transaction's first output. */
export const firstCoin = (tx: Transaction, height: number, coinbase: boolean): [OutpointKey, Coin] => {
  const { value, script } = tx.outputs[0] as Transaction['outputs'][number]
  return [outpointKey({ txid: tx.txid, vout: 0 }), { value, script, height, coinbase }]
}
