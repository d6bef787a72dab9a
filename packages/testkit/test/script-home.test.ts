import { describe, expect, test } from '@jest/globals'
import { createTransaction, nobleCurve, type TransactionBody, type TxOut, toHex } from '@raistone/primitives'
import { CONSENSUS_FLAGS, createSpendContext, verifyInput } from '@raistone/script'
import { testKey } from '../src/keys.js'
import { lockIn, scriptHomes, signScript, unlockFrom } from '../src/script-home.js'
import type { Unlock } from '../src/sign.js'
import { signTapscript, tapTree, xOnly } from '../src/tap-tree.js'

const OP_CHECKSIG = 0xac
const key = testKey(5)
const coinbase = createTransaction({ version: 2, inputs: [], outputs: [], lockTime: 0 })

const spending = (unlock?: Unlock): TransactionBody => ({
  version: 2,
  inputs: [
    { prevout: { txid: coinbase.txid, vout: 0 }, sequence: 0, scriptSig: new Uint8Array(), witness: [], ...unlock },
  ],
  outputs: [{ value: 5n, script: Uint8Array.of(0x51) }],
  lockTime: 0,
})

const judge = (unlock: Unlock, spent: TxOut) =>
  verifyInput(createSpendContext(spending(unlock), [spent]), 0, CONSENSUS_FLAGS, nobleCurve)

describe('a script', () => {
  const script = Uint8Array.of(key.publicKey.length, ...key.publicKey, OP_CHECKSIG)

  test.each(scriptHomes)('that is %s runs on the items it is given', home => {
    const spent = { value: 7n, script: lockIn(home, script) }
    const signature = signScript(spending(), 0, key, { home, script, spent: [spent] })
    expect(judge(unlockFrom(home, script, [signature]), spent)).toBeUndefined()
    const other = signScript(spending(), 0, testKey(6), { home, script, spent: [spent] })
    expect(judge(unlockFrom(home, script, [other]), spent)).toBe('EVAL_FALSE')
  })
})

describe('a Taproot tree', () => {
  const leaf = Uint8Array.of(32, ...xOnly(key), OP_CHECKSIG)

  test.each([0, 1, 2, 128])('with a path of %i can be spent by its leaf', depth => {
    const tree = tapTree(testKey(6), leaf, {
      path: Array.from({ length: depth }, (_, i) => new Uint8Array(32).fill(i)),
    })
    const spent = { value: 7n, script: tree.outputScript }
    for (const annex of [undefined, Uint8Array.of(0x50, 1)]) {
      const signature = signTapscript(spending(), 0, key, { tree, spent: [spent], ...(annex && { annex }) })
      const witness = [signature, leaf, tree.control, ...(annex ? [annex] : [])]
      expect(judge({ scriptSig: new Uint8Array(), witness }, spent)).toBeUndefined()
    }
    const unsigned = [new Uint8Array(64), leaf, tree.control]
    expect(judge({ scriptSig: new Uint8Array(), witness: unsigned }, spent)).toBe('SCHNORR_SIG')
  })

  test('has the output key of the one script tree in the vectors of BIP-0341', () => {
    // scriptPubKey[1]: its internal key is no test key, so only what is committed to the leaf is compared.
    const script = '20d85a959b0290bf19bb89ed43c916be835475d013da4b362117393e25a48229b8ac'
    const bytes = Uint8Array.from(script.match(/../g) as string[], byte => Number.parseInt(byte, 16))
    expect(toHex(tapTree(key, bytes).leafHash)).toBe('5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21')
  })
})
