import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hashes, Point, schnorr, sign } from '@noble/secp256k1'
import {
  concatBytes,
  createTransaction,
  encodeDer,
  hash160,
  nobleCurve,
  type Transaction,
  type TransactionBody,
  type TxOut,
  taggedHasher,
} from '@raistone/primitives'
import {
  createSpendContext,
  p2pkhScript,
  type SpendContext,
  STANDARD_FLAGS,
  sighash,
  signatureHashTaproot,
  signatureHashV0,
  verifyInput,
} from '@raistone/script'
import type { AccountKind, SigningKey } from '../keys/account.js'

hashes.sha256 ??= sha256
hashes.hmacSha256 ??= (key, message) => hmac(sha256, key, message)

/** What an input spends, and the key for it. */
export interface SignableInput {
  readonly output: TxOut
  readonly kind: AccountKind
  readonly key: SigningKey
}

const ORDER = Point.CURVE().n
const tapTweak = taggedHasher('TapTweak')

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

function toBytes32(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 255n)
  return out
}

/** BIP-0341, taproot_tweak_seckey without scripts. Schnorr signing takes care of the result's own parity. */
function tweakedPrivateKey({ privateKey, publicKey }: SigningKey): Uint8Array {
  const scalar = toNumber(privateKey)
  const even = publicKey[0] === 3 ? ORDER - scalar : scalar
  return toBytes32((even + toNumber(tapTweak(publicKey.subarray(1)))) % ORDER)
}

type Signer = (spend: SpendContext, index: number, key: SigningKey) => Uint8Array[]

const signers: Readonly<Record<AccountKind, Signer>> = {
  /** BIP-0086: the key path, signed for all inputs and outputs. */
  tr: (spend, index, key) => {
    const digest = signatureHashTaproot(spend, index, sighash.DEFAULT)
    if (!digest) throw new Error('the default hash type always signs something')
    return [schnorr.sign(digest, tweakedPrivateKey(key))]
  },
  /** BIP-0143: a key hash program is signed as if it were P2PKH. */
  wpkh: (spend, index, key) => {
    const digest = signatureHashV0(spend, index, p2pkhScript(hash160(key.publicKey)), sighash.ALL)
    const signature = encodeDer(sign(digest, key.privateKey, { prehash: false }))
    return [concatBytes(signature, Uint8Array.of(sighash.ALL)), key.publicKey]
  },
}

/**
 * The transaction with every input signed; `inputs` has one entry per input. What was signed is run through the script
 * interpreter before it is returned: a wrong signature, by a bug or a flipped bit, must not leave the wallet.
 */
export function signTransaction(body: TransactionBody, inputs: readonly SignableInput[]): Transaction {
  const spent = inputs.map(({ output }) => output)
  const spend = createSpendContext(body, spent)
  const signed = createTransaction({
    ...body,
    inputs: body.inputs.map((input, i) => {
      const { kind, key } = inputs[i] as SignableInput
      return { ...input, witness: signers[kind](spend, i, key) }
    }),
  })
  const check = createSpendContext(signed, spent)
  for (let i = 0; i < inputs.length; i++) {
    const failure = verifyInput(check, i, STANDARD_FLAGS, nobleCurve)
    if (failure) throw new Error(`the signature of input ${i} does not verify: ${failure}`)
  }
  return signed
}
