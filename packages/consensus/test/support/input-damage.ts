import type { TransactionBody, TxIn, TxOut } from '@raistone/primitives'
import type { ScriptErrorName } from '@raistone/script'
import { flipByte } from '@raistone/testkit'
import {
  type BytePlace,
  type InputKind,
  scriptSigPlace,
  signaturePlace,
  signsOutputs,
  witnessPlace,
} from './input-kinds.js'

/** A transaction, the outputs it spends, and the input that is looked at. */
export interface Spend {
  readonly tx: TransactionBody
  readonly spent: readonly TxOut[]
  readonly index: number
}

/** What was changed, and what has to come of it. */
export interface Damaged extends Spend {
  /** The script error of the input. */
  readonly error: ScriptErrorName
  /** Why the block with this transaction is refused; undefined where only the spent output was changed. */
  readonly rule: 'bad-txnmrklroot' | 'bad-witness-merkle-match' | undefined
}

interface Damage {
  readonly name: string
  /** Undefined where this does not apply, or where what comes of it is not determined. */
  readonly apply: (spend: Spend, kind: InputKind) => Damaged | undefined
}

const at = <T>(items: readonly T[], index: number, change: (item: T) => T): T[] =>
  items.map((item, i) => (i === index ? change(item) : item))

const changeInput = (spend: Spend, change: (input: TxIn) => TxIn): Spend => ({
  ...spend,
  tx: { ...spend.tx, inputs: at(spend.tx.inputs, spend.index, change) },
})
const changeCoin = (spend: Spend, change: (coin: TxOut) => TxOut): Spend => ({
  ...spend,
  spent: at(spend.spent, spend.index, change),
})

/** With the lowest bit of one byte turned. */
const turned = (input: TxIn, place: BytePlace): TxIn =>
  place.item === undefined
    ? { ...input, scriptSig: flipByte(input.scriptSig, place.at, 1) }
    : { ...input, witness: at(input.witness, place.item, item => flipByte(item, place.at, 1)) }

function turn(spend: Spend, place: BytePlace | undefined, error: ScriptErrorName): Damaged | undefined {
  if (!place) return undefined
  const rule = place.item === undefined ? 'bad-txnmrklroot' : 'bad-witness-merkle-match'
  return { ...changeInput(spend, input => turned(input, place)), error, rule }
}

const inputOf = ({ tx, index }: Spend): TxIn => tx.inputs[index] as TxIn

/** A signature that does not hold: before Taproot the script goes on with false. */
const notSigned = (kind: InputKind): ScriptErrorName => (kind === 'p2tr-key' ? 'SCHNORR_SIG' : 'EVAL_FALSE')

/** A key or script that is not what the output has the hash of. */
const notCommitted = (kind: InputKind): ScriptErrorName => {
  if (kind === 'pubkeyhash' || kind === 'p2wpkh') return 'EQUALVERIFY'
  return kind.startsWith('p2wsh') || kind === 'p2tr-script' ? 'WITNESS_PROGRAM_MISMATCH' : notSigned(kind)
}

/** A program's own, wherever it stands. */
const unnested = (kind: InputKind): InputKind => kind.replace(/^p2sh-(?=p2w)/, '') as InputKind

/** BIP-0143 and BIP-0341: signatures cover what their input is worth. */
const coversValue = (kind: InputKind): boolean => /p2wpkh|p2wsh-multisig|p2tr-key/.test(kind)

/** Somewhere in the hash or key of every script of a known kind. */
const INSIDE_SCRIPT = 10

export const damages: readonly Damage[] = [
  { name: 'signature', apply: (spend, kind) => turn(spend, signaturePlace(inputOf(spend), kind), notSigned(kind)) },
  { name: 'scriptSig', apply: (spend, kind) => turn(spend, scriptSigPlace(inputOf(spend), kind), notCommitted(kind)) },
  {
    name: 'witness',
    apply: (spend, kind) => turn(spend, witnessPlace(inputOf(spend), kind), notCommitted(unnested(kind))),
  },
  {
    name: 'amount paid',
    apply: (spend, kind) => {
      if (!signsOutputs(inputOf(spend), kind)) return undefined
      const outputs = at(spend.tx.outputs, 0, output => ({ ...output, value: output.value + 1n }))
      return { ...spend, tx: { ...spend.tx, outputs }, error: notSigned(kind), rule: 'bad-txnmrklroot' }
    },
  },
  {
    name: 'amount spent',
    apply: (spend, kind) =>
      coversValue(kind)
        ? {
            ...changeCoin(spend, coin => ({ ...coin, value: coin.value + 1n })),
            error: notSigned(kind),
            rule: undefined,
          }
        : undefined,
  },
  {
    name: 'script spent',
    apply: (spend, kind) =>
      kind === 'other'
        ? undefined
        : {
            ...changeCoin(spend, coin => ({ ...coin, script: flipByte(coin.script, INSIDE_SCRIPT, 1) })),
            error: notCommitted(kind),
            rule: undefined,
          },
  },
]
