import { expect, test } from '@jest/globals'
import {
  emptyBytes,
  hash160,
  isLowS,
  isStrictDer,
  parseDerLax,
  type Transaction,
  type TransactionBody,
  type Txid,
  type TxOut,
  toHex,
} from '@raistone/primitives'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { createSpendContext, p2trScript, p2wpkhScript, STANDARD_FLAGS, verifyInput } from '@raistone/script'
import { testKey } from '@raistone/testkit'
import { type AccountKind, outputKeyOf } from '../src/keys/account.js'
import { type SignableInput, signTransaction } from '../src/sign/sign.js'

/** Not the curve that signed. */
const curve = await loadWasmCurve()

const scripts: Readonly<Record<AccountKind, (publicKey: Uint8Array) => Uint8Array>> = {
  tr: publicKey => p2trScript(outputKeyOf(publicKey)),
  wpkh: publicKey => p2wpkhScript(hash160(publicKey)),
}

const inputOf = (kind: AccountKind, key: number): SignableInput => ({
  output: { value: 1000n + BigInt(key), script: scripts[kind](testKey(key).publicKey) },
  kind,
  key: testKey(key),
})

const bodyOf = (inputs: readonly SignableInput[]): TransactionBody => ({
  version: 2,
  inputs: inputs.map((_, i) => ({
    prevout: { txid: (i + 1).toString(16).padStart(64, '0') as Txid, vout: i },
    scriptSig: emptyBytes,
    sequence: 0xfffffffd,
    witness: [],
  })),
  outputs: [{ value: 500n, script: testKey(99).scripts.p2tr }],
  lockTime: 7,
})

const verdicts = (tx: Transaction, spent: readonly TxOut[]): (string | undefined)[] => {
  const spend = createSpendContext(tx, spent)
  return spent.map((_, i) => verifyInput(spend, i, STANDARD_FLAGS, curve))
}

// Keys of both parities: Taproot signs for the even one.
const keys = [1, 2, 3, 4, 5, 6]

test('both kinds together verify by another implementation under all standard flags', () => {
  expect(new Set(keys.map(key => testKey(key).publicKey[0]))).toEqual(new Set([2, 3]))
  const inputs = keys.flatMap(key => [inputOf('tr', key), inputOf('wpkh', key)])
  const tx = signTransaction(bodyOf(inputs), inputs)
  const spent = inputs.map(({ output }) => output)
  expect(verdicts(tx, spent)).toEqual(inputs.map(() => undefined))
  // The signatures cover amounts and outputs.
  const dearer = spent.map(output => ({ ...output, value: output.value + 1n }))
  expect(verdicts(tx, dearer).every(verdict => verdict !== undefined)).toBe(true)
  expect(verdicts({ ...tx, outputs: [] }, spent).every(verdict => verdict !== undefined)).toBe(true)
})

test('ECDSA signatures are low, strictly encoded and the same each time; Schnorr ones are blinded anew', () => {
  const inputs = keys.flatMap(key => [inputOf('wpkh', key), inputOf('tr', key)])
  const [a, b] = [1, 2].map(() => signTransaction(bodyOf(inputs), inputs)) as [Transaction, Transaction]
  for (const [i, { kind }] of inputs.entries()) {
    const [first, again] = [a, b].map(tx => tx.inputs[i]?.witness[0] as Uint8Array) as [Uint8Array, Uint8Array]
    if (kind === 'wpkh') {
      expect(isStrictDer(first)).toBe(true)
      expect(isLowS(parseDerLax(first.subarray(0, -1)) as Uint8Array)).toBe(true)
      expect(toHex(again)).toBe(toHex(first))
    } else {
      expect(first).toHaveLength(64)
      expect(toHex(again)).not.toBe(toHex(first))
    }
  }
  expect(a.txid).toBe(b.txid)
})

test.each<AccountKind>(['tr', 'wpkh'])('a wrong signature (%s) does not leave the wallet', kind => {
  const right = inputOf(kind, 1)
  const wrong = { ...right, key: testKey(2) }
  expect(() => signTransaction(bodyOf([right]), [right])).not.toThrow()
  expect(() => signTransaction(bodyOf([wrong]), [wrong])).toThrow('the signature of input 0 does not verify')
})
