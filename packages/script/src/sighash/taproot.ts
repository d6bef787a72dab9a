import { compactSizeLength, sha256, taggedHasher, Writer } from '@raistone/primitives'
import { isTaprootHashType, sighash } from './hash-type.js'
import { Message } from './message.js'
import { encodeOutput, OUTPOINT_SIZE } from './shared-parts.js'
import { inputAt, type SpendContext, spentAt } from './spend-context.js'

const tapSighash = taggedHasher('TapSighash')

/** No OP_CODESEPARATOR has run yet (BIP-0342). */
export const NO_SEPARATOR = 0xffffffff

/** BIP-0342: what a signature in a tapscript signs beyond BIP-0341's message. */
export interface TapscriptPosition {
  readonly leafHash: Uint8Array
  /** Which operation (not byte) the last executed OP_CODESEPARATOR is; `NO_SEPARATOR` if none. */
  readonly separator: number
}

/** BIP-0341: the hash of an annex (which begins with 0x50) that signatures commit to. */
export function annexHash(annex: Uint8Array): Uint8Array {
  const writer = new Writer(compactSizeLength(annex.length) + annex.length)
  writer.compactSize(annex.length)
  writer.raw(annex)
  return sha256(writer.bytes)
}

const EPOCH = 0
const KEY_VERSION = 0
const MODE_MASK = 3
const message = new Message()

/**
 * What a Taproot signature signs (BIP-0341; with `position`, BIP-0342). Undefined where nothing may be signed: an
 * unknown hash type, or SINGLE without an output of the input's index. `annex` is its hash, see `annexHash`.
 */
export function signatureHashTaproot(
  spend: SpendContext,
  index: number,
  hashType: number,
  annex?: Uint8Array,
  position?: TapscriptPosition,
): Uint8Array | undefined {
  if (!isTaprootHashType(hashType)) return undefined
  const { tx, shared } = spend
  const { sequence } = inputAt(spend, index)
  const spent = spentAt(spend, index)
  const alone = (hashType & sighash.ANYONECANPAY) !== 0
  const mode = hashType === sighash.DEFAULT ? sighash.ALL : hashType & MODE_MASK
  const single = mode === sighash.SINGLE ? shared.outputHash(index) : undefined
  if (mode === sighash.SINGLE && !single) return undefined

  message.begin()
  message.u8(EPOCH)
  message.u8(hashType)
  message.u32(tx.version)
  message.u32(tx.lockTime)
  if (!alone) {
    message.raw(shared.prevoutsHash)
    message.raw(shared.amountsHash)
    message.raw(shared.scriptsHash)
    message.raw(shared.sequencesHash)
  }
  if (mode === sighash.ALL) message.raw(shared.outputsHash)
  message.u8((position ? 2 : 0) + (annex ? 1 : 0))
  if (alone) {
    message.rawRange(shared.prevouts, index * OUTPOINT_SIZE, (index + 1) * OUTPOINT_SIZE)
    message.raw(encodeOutput(spent))
    message.u32(sequence)
  } else {
    message.u32(index)
  }
  if (annex) message.raw(annex)
  if (single) message.raw(single)
  if (position) {
    message.raw(position.leafHash)
    message.u8(KEY_VERSION)
    message.u32(position.separator)
  }
  return tapSighash(message.take())
}
