import { compactSizeLength, compareBytes, type TxIn, taggedHasher, Writer } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { annexHash } from '../sighash/taproot.js'
import type { InputCheck } from './machine.js'
import { checkSchnorr } from './signature.js'
import { runTapscript } from './witness-script.js'

/** BIP-0341: leaf version of tapscripts. */
export const TAPSCRIPT_LEAF_VERSION = 0xc0
/** BIP-0341: a witness's last item beginning with this byte, after another item, is an annex. */
export const ANNEX_TAG = 0x50

const LEAF_VERSION_MASK = 0xfe
const KEY_SIZE = 32
const NODE_SIZE = 32
const CONTROL_BASE_SIZE = 1 + KEY_SIZE
const MAX_DEPTH = 128
/** BIP-0342: the budget is the witness's size and this. */
const WEIGHT_OFFSET = 50

const tapLeaf = taggedHasher('TapLeaf')
const tapBranch = taggedHasher('TapBranch')
const tapTweak = taggedHasher('TapTweak')

/** BIP-0341: what a leaf of the script tree commits to. */
export function tapLeafHash(leafVersion: number, script: Uint8Array): Uint8Array {
  const writer = new Writer(1 + compactSizeLength(script.length) + script.length)
  writer.u8(leafVersion)
  writer.compactSize(script.length)
  writer.raw(script)
  return tapLeaf(writer.bytes)
}

/** BIP-0341: two nodes in the order of their bytes. */
export const tapBranchHash = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  compareBytes(a, b) < 0 ? tapBranch(a, b) : tapBranch(b, a)

/** BIP-0341: what is added to the internal key; without a script tree there is no root. */
export const tapTweakHash = (internalKey: Uint8Array, root?: Uint8Array): Uint8Array =>
  root ? tapTweak(internalKey, root) : tapTweak(internalKey)

/** The root that the control block's path leads to from the leaf. */
function rootOf(control: Uint8Array, leaf: Uint8Array): Uint8Array {
  let node = leaf
  for (let at = CONTROL_BASE_SIZE; at < control.length; at += NODE_SIZE)
    node = tapBranchHash(node, control.subarray(at, at + NODE_SIZE))
  return node
}

function isControlSize({ length }: Uint8Array): boolean {
  const path = length - CONTROL_BASE_SIZE
  return path >= 0 && path % NODE_SIZE === 0 && path <= MAX_DEPTH * NODE_SIZE
}

const witnessSize = (items: readonly Uint8Array[]): number =>
  items.reduce((sum, { length }) => sum + compactSizeLength(length) + length, compactSizeLength(items.length))

/** Whether the witness of a Taproot spend carries an annex. */
const hasAnnex = (witness: readonly Uint8Array[]): boolean =>
  witness.length >= 2 && witness[witness.length - 1]?.[0] === ANNEX_TAG

/** A spend of a version 1 program of 32 bytes: by the key, or by a script that the key commits to. */
export function checkTaproot(check: InputCheck, outputKey: Uint8Array, input: TxIn): ScriptErrorName | undefined {
  const { witness } = input
  const annex = hasAnnex(witness) ? annexHash(witness[witness.length - 1] as Uint8Array) : undefined
  const count = witness.length - (annex ? 1 : 0)
  if (count === 0) return 'WITNESS_PROGRAM_WITNESS_EMPTY'
  if (count === 1) return checkSchnorr(check, witness[0] as Uint8Array, outputKey, annex)

  const control = witness[count - 1] as Uint8Array
  const script = witness[count - 2] as Uint8Array
  if (!isControlSize(control)) return 'TAPROOT_WRONG_CONTROL_SIZE'
  const first = control[0] as number
  const leafVersion = first & LEAF_VERSION_MASK
  const leafHash = tapLeafHash(leafVersion, script)
  const internalKey = control.subarray(1, CONTROL_BASE_SIZE)
  const tweak = tapTweakHash(internalKey, rootOf(control, leafHash))
  if (!check.curve.checkTapTweak(internalKey, tweak, outputKey, first & 1)) return 'WITNESS_PROGRAM_MISMATCH'

  if (leafVersion === TAPSCRIPT_LEAF_VERSION) {
    const weightLeft = witnessSize(witness) + WEIGHT_OFFSET
    return runTapscript(check, script, witness.slice(0, count - 2), { leafHash, annex, weightLeft })
  }
  return check.flags & scriptFlag.DISCOURAGE_UPGRADABLE_TAPROOT_VERSION
    ? 'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION'
    : undefined
}
