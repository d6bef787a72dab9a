import type { TxIn, TxOut } from '@raistone/primitives'
import {
  ANNEX_TAG,
  classifyScript,
  isPushOnly,
  outputMode,
  ScriptCursor,
  type ScriptFlags,
  scriptFlag,
  sighash,
} from '@raistone/script'

/** How an input spends its output; `p2sh-…` are nested. `other` is what no rule below knows. */
export type InputKind =
  | 'pubkey'
  | 'pubkeyhash'
  | 'multisig'
  | 'p2sh-multisig'
  | 'p2sh-other'
  | 'p2sh-p2wpkh'
  | 'p2sh-p2wsh-multisig'
  | 'p2sh-p2wsh-other'
  | 'p2wpkh'
  | 'p2wsh-multisig'
  | 'p2wsh-other'
  | 'p2tr-key'
  | 'p2tr-script'
  | 'other'

/** A byte of an input: of its scriptSig, or of an item of its witness. */
export interface BytePlace {
  /** Undefined in the scriptSig. */
  readonly item: number | undefined
  readonly at: number
}

interface Pushed {
  readonly data: Uint8Array
  /** Where the data ends in the script. */
  readonly end: number
}

function pushesOf(script: Uint8Array): Pushed[] {
  const pushes: Pushed[] = []
  for (const at = new ScriptCursor(script); at.advance(); ) pushes.push({ data: at.data, end: at.next })
  return pushes
}

/** The witness without an annex. */
const spending = ({ witness }: TxIn): readonly Uint8Array[] =>
  witness.length > 1 && witness.at(-1)?.[0] === ANNEX_TAG ? witness.slice(0, -1) : witness

const kindOfWitnessScript = (input: TxIn): 'p2wsh-multisig' | 'p2wsh-other' =>
  classifyScript(input.witness.at(-1) ?? new Uint8Array()).type === 'multisig' ? 'p2wsh-multisig' : 'p2wsh-other'

function kindOfNested(input: TxIn): InputKind {
  const redeem = pushesOf(input.scriptSig).at(-1)?.data ?? new Uint8Array()
  const { type } = classifyScript(redeem)
  if (type === 'multisig') return 'p2sh-multisig'
  if (type === 'witness_v0_keyhash') return 'p2sh-p2wpkh'
  return type === 'witness_v0_scripthash' ? `p2sh-${kindOfWitnessScript(input)}` : 'p2sh-other'
}

/** The kind under the flags in force: where Taproot is not, its outputs are anybody's. */
export function kindOfInput(input: TxIn, { script }: TxOut, flags: ScriptFlags): InputKind {
  const { type } = classifyScript(script)
  if (!isPushOnly(input.scriptSig)) return 'other'
  if (type === 'pubkey' || type === 'pubkeyhash' || type === 'multisig') return type
  if (type === 'scripthash') return kindOfNested(input)
  if (type === 'witness_v0_keyhash') return 'p2wpkh'
  if (type === 'witness_v0_scripthash') return kindOfWitnessScript(input)
  if (type === 'witness_v1_taproot' && flags & scriptFlag.TAPROOT)
    return spending(input).length === 1 ? 'p2tr-key' : 'p2tr-script'
  return 'other'
}

const DER_SEQUENCE = 0x30
const SCHNORR_SIZE = 64
const isEcdsaSignature = (data: Uint8Array): boolean =>
  data[0] === DER_SEQUENCE && data.length === (data[1] as number) + 3

const signed: ReadonlySet<InputKind> = new Set<InputKind>([
  'pubkey',
  'pubkeyhash',
  'multisig',
  'p2sh-multisig',
  'p2sh-p2wpkh',
  'p2sh-p2wsh-multisig',
  'p2wpkh',
  'p2wsh-multisig',
  'p2tr-key',
])

/** The last byte of s in an input's first signature: another one there leaves its form as it is. */
export function signaturePlace(input: TxIn, kind: InputKind): BytePlace | undefined {
  if (!signed.has(kind)) return undefined
  if (kind === 'p2tr-key') return { item: 0, at: SCHNORR_SIZE - 1 }
  const item = input.witness.findIndex(isEcdsaSignature)
  if (item >= 0) return { item, at: (input.witness[item] as Uint8Array).length - 2 }
  const push = pushesOf(input.scriptSig).find(({ data }) => isEcdsaSignature(data))
  return push && { item: undefined, at: push.end - 2 }
}

/** Whether an input's first signature covers all outputs. */
export function signsOutputs(input: TxIn, kind: InputKind): boolean {
  const place = signaturePlace(input, kind)
  if (!place) return false
  const bytes = place.item === undefined ? input.scriptSig : (input.witness[place.item] as Uint8Array)
  const mode = outputMode(bytes[place.at + 1] ?? sighash.DEFAULT)
  return mode !== sighash.NONE && mode !== sighash.SINGLE
}

/** The last byte of what a scriptSig ends with, where that is a key or a script which the output has the hash of. */
export const scriptSigPlace = (input: TxIn, kind: InputKind): BytePlace | undefined =>
  kind === 'pubkeyhash' || kind.startsWith('p2sh-') ? { item: undefined, at: input.scriptSig.length - 1 } : undefined

const COMMITTED_WITNESS = /p2wpkh|p2wsh|p2tr-script/

/** The last byte of what a witness ends with, where that is a key, a script or a control block which the output commits to. */
export function witnessPlace(input: TxIn, kind: InputKind): BytePlace | undefined {
  if (!COMMITTED_WITNESS.test(kind)) return undefined
  const items = spending(input)
  return { item: items.length - 1, at: (items.at(-1) as Uint8Array).length - 1 }
}
