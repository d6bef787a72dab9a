import { createTransaction, type Transaction, type Txid } from '@raistone/primitives'
import { type OwnedCoin, type PayTo, payTos, spend, testKey } from '@raistone/testkit'
import type { ScriptJob } from '../../src/verify/script-verifier.js'
import { output } from './bodies.js'

const coinOfKey = (n: number, payTo: PayTo): OwnedCoin => {
  const key = testKey(n % 4)
  return {
    outpoint: { txid: n.toString(16).padStart(64, '0') as Txid, vout: n % 3 },
    output: { value: BigInt(1000 + n), script: key.scripts[payTo] },
    key,
  }
}

let coins = 0

/** A signed transaction of that many inputs, of all kinds of outputs in turn, with what it spends. */
export function signedJob(inputs: number): ScriptJob {
  const owned = Array.from({ length: inputs }, () => coinOfKey(++coins, payTos[coins % payTos.length] as PayTo))
  return { tx: spend(owned, [output(1n)]), spent: owned.map(coin => coin.output) }
}

/** The transaction with the last byte of one input's signature turned, so that it is a wrong one of the right form. */
function spoil(tx: Transaction, index: number): Transaction {
  const inputs = tx.inputs.map((input, i) => {
    if (i !== index) return input
    const turn = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, j) => (j === at ? byte ^ 1 : byte))
    const [signature, ...rest] = input.witness
    // In a scriptSig the push of the signature is the first; the byte before its last one is its hash type.
    if (!signature) return { ...input, scriptSig: turn(input.scriptSig, (input.scriptSig[0] as number) - 1) }
    return { ...input, witness: [turn(signature, signature.length - 2), ...rest] }
  })
  return createTransaction({ ...tx, inputs })
}

export const spoiledJob = ({ tx, spent }: ScriptJob, input: number): ScriptJob => ({ tx: spoil(tx, input), spent })
