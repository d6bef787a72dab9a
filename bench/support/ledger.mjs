// What the rules bench works on: signatures, a transaction, leaves, a block, a header. The same in every run.

import { schnorr, sign } from '@noble/secp256k1'
import { createBlock, createTransaction, sha256, toHex } from '@raistone/primitives'
import { testKey } from '@raistone/testkit'

const SIGNATURES = 64
const BLOCK_BYTES = 1_000_000
const text = new TextEncoder()

/** 32 bytes of a name. */
const bytesOf = name => sha256(text.encode(name))

/** (signature, digest, compressed public key), each of a key of its own. */
export const ecdsaSignatures = () =>
  Array.from({ length: SIGNATURES }, (_, n) => {
    const { privateKey, publicKey } = testKey(n)
    const digest = bytesOf(`digest ${n}`)
    return [sign(digest, privateKey, { prehash: false }), digest, publicKey]
  })

/** (signature, message, x-only public key), each of a key of its own. */
export const schnorrSignatures = () =>
  Array.from({ length: SIGNATURES }, (_, n) => {
    const { tweakedPrivateKey, outputKey } = testKey(n)
    const message = bytesOf(`message ${n}`)
    return [schnorr.sign(message, tweakedPrivateKey, new Uint8Array(32)), message, outputKey]
  })

export const leaves = count => Array.from({ length: count }, (_, n) => bytesOf(`leaf ${n}`))

const input = (name, witness = []) => ({
  prevout: { txid: toHex(bytesOf(name)), vout: 1 },
  scriptSig: new Uint8Array(0),
  sequence: 0xfffffffd,
  witness,
})

/** Two inputs and two outputs of this kind, not signed, with the outputs it spends. */
export function twoInTwoOut(payTo) {
  const script = n => testKey(n).scripts[payTo]
  const outputs = [0, 1].map(n => ({ value: 50_000n + BigInt(n), script: script(n) }))
  const spent = [2, 3].map(n => ({ value: 60_000n + BigInt(n), script: script(n) }))
  return { tx: { version: 2, inputs: [input('first'), input('second')], outputs, lockTime: 800_000 }, spent }
}

/** One input, two outputs, and a witness as long as a signature and a key. */
function payment(n) {
  const witness = [new Uint8Array(72).fill(n), testKey(n % SIGNATURES).publicKey]
  const script = testKey(n % SIGNATURES).scripts.p2wpkh
  const outputs = [1n, 2n].map(value => ({ value: value * 1000n + BigInt(n), script }))
  return createTransaction({ version: 2, inputs: [input(`coin ${n}`, witness)], outputs, lockTime: 0 })
}

export const header = () => ({
  version: 0x20000000,
  prev: toHex(bytesOf('parent')),
  merkleRoot: toHex(bytesOf('root')),
  time: 1_700_000_000,
  bits: 0x1d00ffff,
  nonce: 0,
})

/** The raw bytes of a block of payments, just below the size. */
export function blockOfPayments() {
  const transactions = []
  for (let size = 83; ; size += transactions.at(-1).raw.length) {
    const next = payment(transactions.length)
    if (size + next.raw.length > BLOCK_BYTES) return createBlock(header(), transactions).raw
    transactions.push(next)
  }
}
