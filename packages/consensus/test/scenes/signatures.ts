import { concatBytes, createTransaction, emptyBytes, type Transaction, type TxIn } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { signEcdsa, signScript, spend, testKey, uncompressedKey } from '@raistone/testkit'
import { output } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { guard, pay, release, toKey } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { failsIn, run, withInput } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'
import { times, words } from './stage/words.js'

const op = opcode

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The same signature with the other s. */
function withHighS(der: Uint8Array): Uint8Array {
  const rLength = der[3] as number
  const s = der.subarray(6 + rLength, der.length - 1)
  const high = CURVE_ORDER - s.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const bytes = Uint8Array.from(high.toString(16).padStart(64, '0').match(/../g) as string[], hex =>
    Number.parseInt(hex, 16),
  )
  // Above half the order the first bit is set, which takes a zero before it.
  const body = concatBytes(der.subarray(2, 4 + rLength), Uint8Array.of(2, 33, 0), bytes)
  return concatBytes(Uint8Array.of(0x30, body.length), body, der.subarray(-1))
}

/** What a P2PKH input brings: signature and key. */
function unpack(scriptSig: Uint8Array): { readonly signature: Uint8Array; readonly key: Uint8Array } {
  const length = scriptSig[0] as number
  return { signature: scriptSig.subarray(1, 1 + length), key: scriptSig.subarray(2 + length) }
}

/** A signed payment from a key hash, with the signature changed. */
const resigned = (tx: Transaction, change: (signature: Uint8Array) => Uint8Array): Transaction => {
  const { signature, key } = unpack(tx.inputs[0]!.scriptSig)
  return withInput(tx, { scriptSig: words(change(signature), key) })
}

/** Longer than needed: r with a zero before it. */
function withLongR(der: Uint8Array): Uint8Array {
  const rLength = der[3] as number
  const r = concatBytes(Uint8Array.of(2, rLength + 1, 0), der.subarray(4, 4 + rLength))
  return concatBytes(Uint8Array.of(0x30, (der[1] as number) + 1), r, der.subarray(4 + rLength))
}

/** The same bytes, the last bit flipped. */
const changeLast = (bytes: Uint8Array): Uint8Array =>
  concatBytes(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) as number) ^ 1))

const withInputAt = (tx: Transaction, index: number, change: Partial<TxIn>): Transaction =>
  createTransaction({ ...tx, inputs: tx.inputs.map((each, i) => (i === index ? { ...each, ...change } : each)) })

/** A coin that asks for a signature of these bytes as a key, and test key 1's signature for it. */
function signedFor(stage: Stage, publicKey: Uint8Array): Transaction[] {
  const script = words(publicKey, op.OP_CHECKSIG)
  const coin = guard(stage.openCoin(), 'bare', script)
  const signature = signScript(release([coin]), 0, testKey(1), { home: 'bare', script, spent: [coin.output] })
  return [coin.tx, release([coin], [signature])]
}

export const signatures: Theme = {
  name: 'signatures',
  scenes: [
    {
      name: 'are of the key, of the transaction and of all of it',
      play: async stage => {
        const coin = stage.coin('p2pkh')
        const tx = pay(coin)
        const other = pay(coin, [toKey(coin.output.value - 1n)])
        await failsIn(stage, 'EVAL_FALSE', withInput(other, tx.inputs[0]!))
        const foreign = unpack(tx.inputs[0]!.scriptSig)
        await failsIn(
          stage,
          'EQUALVERIFY',
          withInput(tx, { scriptSig: words(foreign.signature, testKey(1).publicKey) }),
        )
        await failsIn(stage, 'EVAL_FALSE', withInput(tx, { sequence: 0 }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'are strict DER (BIP66)',
      play: async stage => {
        const tx = pay(stage.coin('p2pkh'))
        const padded = resigned(tx, der =>
          concatBytes(Uint8Array.of(0x30, (der[1] as number) + 1), der.subarray(2, -1), Uint8Array.of(0, 1)),
        )
        await failsIn(stage, 'SIG_DER', padded)
        await failsIn(
          stage,
          'SIG_DER',
          resigned(tx, () => Uint8Array.of(1)),
        )
        await failsIn(
          stage,
          'SIG_DER',
          resigned(tx, der => der.subarray(0, -1)),
        )
        // Nothing at all is a signature that fails, in due form.
        await failsIn(
          stage,
          'EVAL_FALSE',
          resigned(tx, () => emptyBytes),
        )
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'before BIP66 they may be written in other ways',
      rules: rulesWith(forksAt({ bip66: 22 })),
      play: async stage => {
        await stage.mine({ transactions: [resigned(pay(stage.coin('p2pkh')), withLongR)] })
        await failsIn(stage, 'SIG_DER', resigned(pay(stage.coin('p2pkh')), withLongR))
      },
    },
    {
      name: 'may have a high s: only relay is stricter',
      play: async stage => {
        await stage.mine({ transactions: [resigned(pay(stage.coin('p2pkh')), withHighS)] })
      },
    },
    {
      name: 'may fail without failing the script, whatever they are',
      play: async stage => {
        const key = testKey(1)
        const script = words(key.publicKey, op.OP_CHECKSIG, op.OP_NOT)
        const wrong = signEcdsa(new Uint8Array(32).fill(1), key.privateKey, 1)
        await stage.mine({ transactions: [...run(stage, script, words(wrong)), ...run(stage, script, words(op.OP_0))] })
        await failsIn(stage, 'SIG_DER', ...run(stage, script, words(Uint8Array.of(1))))
      },
    },
    {
      name: 'sign what their hash type says, also types without a name',
      play: async stage => {
        for (const hashType of [0x01, 0x02, 0x03, 0x81, 0x82, 0x83, 0x00])
          await stage.mine({ transactions: [pay(stage.coin('p2pkh'), undefined, { hashType })] })
        const coin = stage.coin()
        const tx = pay(coin, undefined, { hashType: 0x1f })
        await failsIn(
          stage,
          'EVAL_FALSE',
          withInput(tx, { witness: [changeLast(tx.inputs[0]!.witness[0]!), tx.inputs[0]!.witness[1]!] }),
        )
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'of NONE are good for any outputs',
      play: async stage => {
        const coin = stage.coin('p2pkh')
        const [all, none] = [0x01, 0x02].map(hashType => pay(coin, undefined, { hashType })) as [
          Transaction,
          Transaction,
        ]
        const redirected = (tx: Transaction): Transaction => withInput({ ...tx, outputs: [output(1n)] }, {})
        await failsIn(stage, 'EVAL_FALSE', redirected(all))
        await stage.mine({ transactions: [redirected(none)] })
      },
    },
    {
      name: 'of SINGLE without an output of their own are good for any transaction, but for SegWit',
      play: async stage => {
        const legacy = spend([stage.coin('p2pkh'), stage.coin('p2pkh')], [output(5n)], { hashType: 0x03 })
        await stage.mine({ transactions: [withInputAt(legacy, 1, { sequence: 0xfffffff0 })] })
        const v0 = spend([stage.coin(), stage.coin()], [output(5n)], { hashType: 0x03 })
        await failsIn(stage, 'EVAL_FALSE', withInputAt(v0, 1, { sequence: 0xfffffff0 }))
        await stage.mine({ transactions: [v0] })
      },
    },
    {
      name: 'keys may be of any form that has a point, and of forms without one they fail',
      play: async stage => {
        const full = uncompressedKey(testKey(1))
        const hybrid = concatBytes(Uint8Array.of(6 + ((full[64] as number) & 1)), full.subarray(1))
        const wrongHybrid = concatBytes(Uint8Array.of(7 - ((full[64] as number) & 1)), full.subarray(1))
        const noPoint = concatBytes(Uint8Array.of(2), times(32, 0xff))
        for (const key of [full, hybrid]) await stage.mine({ transactions: signedFor(stage, key) })
        for (const key of [wrongHybrid, noPoint, emptyBytes, times(33, 9)])
          await failsIn(stage, 'EVAL_FALSE', ...signedFor(stage, key))
      },
    },
  ],
}
