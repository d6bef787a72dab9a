import { describe, expect, test } from '@jest/globals'
import { schnorr, verify } from '@noble/secp256k1'
import { type Transaction, toHex } from '@raistone/primitives'
import { createSpendContext, signatureHashLegacy, signatureHashTaproot, signatureHashV0 } from '@raistone/script'
import { BlockBuilder } from '../src/block-builder.js'
import { keyOf, payTos, privateKey, testKey } from '../src/keys.js'
import { ownedCoin, signInput, spend } from '../src/sign.js'
import { testParams } from './chain.js'

const key = testKey(7)

/** One coin of each kind, spent together. */
function spendAll(hashType?: number): { tx: Transaction; coins: ReturnType<typeof ownedCoin>[] } {
  const chain = new BlockBuilder(testParams)
  const coins = payTos.map(payTo => ownedCoin(chain.mine({ payTo: key.scripts[payTo] }).transactions[0]!, 0, key))
  const outputs = coins.map(({ output }) => ({ value: output.value - 1000n, script: key.scripts.p2wpkh }))
  return { tx: spend(coins, outputs, hashType === undefined ? {} : { hashType }), coins }
}

/** r ‖ s of a DER signature with its hash type. */
function compact(der: Uint8Array): Uint8Array {
  const out = new Uint8Array(64)
  const rLength = der[3] as number
  const r = der.subarray(4, 4 + rLength)
  const s = der.subarray(6 + rLength, der.length - 1)
  out.set(r.subarray(-32), 32 - Math.min(32, r.length))
  out.set(s.subarray(-32), 64 - Math.min(32, s.length))
  return out
}

describe('test keys', () => {
  test('are the same in every run and differ from each other', () => {
    expect(toHex(testKey(0).publicKey)).toBe(toHex(keyOf(privateKey(0)).publicKey))
    expect(new Set(Array.from({ length: 20 }, (_, n) => toHex(testKey(n).publicKey))).size).toBe(20)
  })

  test('pay to scripts of the four kinds', () => {
    expect(payTos.map(payTo => key.scripts[payTo].length)).toEqual([25, 23, 22, 34])
  })

  test('BIP-0086: the first address of its published test vector', () => {
    // m/86'/0'/0'/0/0 of the BIP's words: internal key cc8a4bc6…, output key a60869f0…
    const internal = 'cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115'
    const secret = '41f41d69260df4cf277826a9b65a3717e4eeddbeedf637f212ca096576479361'
    const first = keyOf(Uint8Array.from(secret.match(/../g) as string[], byte => Number.parseInt(byte, 16)))
    expect(toHex(first.publicKey.subarray(1))).toBe(internal)
    expect(toHex(first.outputKey)).toBe('a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c')
  })
})

describe('signatures', () => {
  test.each([undefined, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83])('of hash type %p are good for each kind', hashType => {
    const { tx, coins } = spendAll(hashType)
    const context = createSpendContext(
      tx,
      coins.map(({ output }) => output),
    )
    const ecdsaType = hashType ?? 1
    const [legacy, nested, v0, taproot] = tx.inputs as [(typeof tx.inputs)[0], ...typeof tx.inputs]
    const options = { prehash: false }
    const legacySignature = legacy.scriptSig.subarray(1, 1 + (legacy.scriptSig[0] as number))
    const legacyHash = signatureHashLegacy(context, 0, key.scripts.p2pkh, ecdsaType)
    expect(verify(compact(legacySignature), legacyHash, key.publicKey, options)).toBe(true)
    for (const [index, input] of [
      [1, nested],
      [2, v0],
    ] as const) {
      const digest = signatureHashV0(context, index, key.scripts.p2pkh, ecdsaType)
      expect(verify(compact(input!.witness[0]!), digest, key.publicKey, options)).toBe(true)
      expect(input!.witness[0]!.at(-1)).toBe(ecdsaType)
    }
    const digest = signatureHashTaproot(context, 3, hashType ?? 0)!
    expect(schnorr.verify(taproot!.witness[0]!.subarray(0, 64), digest, key.outputKey)).toBe(true)
    expect(taproot!.witness[0]!.length).toBe(hashType === undefined ? 64 : 65)
  })

  test('are the same in every run', () => {
    expect(spendAll().tx.wtxid).toBe(spendAll().tx.wtxid)
  })

  test('of a coin that the key does not own are refused', () => {
    const { tx, coins } = spendAll()
    expect(() => ownedCoin(tx, 0, testKey(8))).toThrow(RangeError)
    expect(() => ownedCoin(tx, 4, key)).toThrow(RangeError)
    expect(() => signInput(tx, coins, 4)).toThrow(RangeError)
  })
})
