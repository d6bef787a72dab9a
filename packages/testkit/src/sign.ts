import {
  concatBytes,
  createTransaction,
  emptyBytes,
  equalBytes,
  type Outpoint,
  SEQUENCE_FINAL,
  type Transaction,
  type TransactionBody,
  type TxIn,
  type TxOut,
} from '@raistone/primitives'
import {
  createSpendContext,
  type SpendContext,
  signatureHashLegacy,
  signatureHashTaproot,
  signatureHashV0,
} from '@raistone/script'
import { type PayTo, payTos, type TestKey } from './keys.js'
import { signEcdsa, signSchnorr } from './signature.js'

/** An output that a test key can spend. */
export interface OwnedCoin {
  readonly outpoint: Outpoint
  readonly output: TxOut
  readonly key: TestKey
}

/** The output as a coin of the key's; throws where it does not pay the key. */
export function ownedCoin(tx: Transaction, vout: number, key: TestKey): OwnedCoin {
  const output = tx.outputs[vout]
  if (!output) throw new RangeError(`no output ${vout} among ${tx.outputs.length}`)
  kindOf(output, key)
  return { outpoint: { txid: tx.txid, vout }, output, key }
}

/** What a signature signs: SIGHASH_ALL, and DEFAULT for Taproot, if left out. */
export interface SignOptions {
  readonly hashType?: number
}

const SIGHASH_ALL = 1
const SIGHASH_DEFAULT = 0

function kindOf({ script }: TxOut, key: TestKey): PayTo {
  const kind = payTos.find(payTo => equalBytes(key.scripts[payTo], script))
  if (!kind) throw new RangeError('the output does not pay this key')
  return kind
}

const push = (bytes: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(bytes.length), bytes)

/** What an input brings to satisfy the script it spends. */
export type Unlock = Pick<TxIn, 'scriptSig' | 'witness'>
type Signer = (spend: SpendContext, index: number, key: TestKey, hashType: number | undefined) => Unlock

/** BIP-0143: a key hash program is signed as if it were P2PKH. */
const signV0: Signer = (spend, index, key, hashType = SIGHASH_ALL) => {
  const digest = signatureHashV0(spend, index, key.scripts.p2pkh, hashType)
  return { scriptSig: emptyBytes, witness: [signEcdsa(digest, key.privateKey, hashType), key.publicKey] }
}

const signers: Readonly<Record<PayTo, Signer>> = {
  p2pkh: (spend, index, key, hashType = SIGHASH_ALL) => {
    const digest = signatureHashLegacy(spend, index, key.scripts.p2pkh, hashType)
    return {
      scriptSig: concatBytes(push(signEcdsa(digest, key.privateKey, hashType)), push(key.publicKey)),
      witness: [],
    }
  },
  'p2sh-p2wpkh': (spend, index, key, hashType) => ({
    ...signV0(spend, index, key, hashType),
    scriptSig: push(key.redeemScript),
  }),
  p2wpkh: signV0,
  p2tr: (spend, index, key, hashType = SIGHASH_DEFAULT) => {
    const digest = signatureHashTaproot(spend, index, hashType)
    if (!digest) throw new RangeError(`hash type ${hashType} signs nothing here`)
    return { scriptSig: emptyBytes, witness: [signSchnorr(digest, key.tweakedPrivateKey, hashType)] }
  },
}

/** What unlocks a bare multisig output, the transaction's only coin; the keys in the order of the script. */
export function multisigUnlock(tx: TransactionBody, output: TxOut, keys: readonly TestKey[]): Unlock {
  const digest = signatureHashLegacy(createSpendContext(tx, [output]), 0, output.script, SIGHASH_ALL)
  const signatures = keys.map(key => push(signEcdsa(digest, key.privateKey, SIGHASH_ALL)))
  return { scriptSig: concatBytes(Uint8Array.of(0), ...signatures), witness: [] }
}

/** What unlocks one input of the transaction; `coins` has one per input, in order. */
export function signInput(
  tx: TransactionBody,
  coins: readonly OwnedCoin[],
  index: number,
  options: SignOptions = {},
): Unlock {
  const coin = coins[index]
  if (!coin) throw new RangeError(`no coin ${index} among ${coins.length}`)
  const spend = createSpendContext(
    tx,
    coins.map(({ output }) => output),
  )
  return signers[kindOf(coin.output, coin.key)](spend, index, coin.key, options.hashType)
}

/** The transaction with every input signed. */
export function signTransaction(
  tx: TransactionBody,
  coins: readonly OwnedCoin[],
  options: SignOptions = {},
): Transaction {
  const inputs = tx.inputs.map((input, i) => ({ ...input, ...signInput(tx, coins, i, options) }))
  return createTransaction({ ...tx, inputs })
}

export interface SpendOptions extends SignOptions {
  readonly version?: number
  readonly lockTime?: number
  /** Of every input; final if left out. */
  readonly sequence?: number
}

/** A signed transaction that spends the coins and makes the outputs; what it leaves over is its fee. */
export function spend(coins: readonly OwnedCoin[], outputs: readonly TxOut[], options: SpendOptions = {}): Transaction {
  const { version = 2, lockTime = 0, sequence = SEQUENCE_FINAL, hashType } = options
  const inputs = coins.map(coin => ({ prevout: coin.outpoint, scriptSig: emptyBytes, sequence, witness: [] }))
  return signTransaction({ version, inputs, outputs, lockTime }, coins, hashType === undefined ? {} : { hashType })
}
