import { hash256, sha256 } from '@raistone/primitives'
import { outputMode, sighash } from './hash-type.js'
import { Message } from './message.js'
import { OUTPOINT_SIZE } from './shared-parts.js'
import { inputAt, type SpendContext, spentAt } from './spend-context.js'

const zero32 = new Uint8Array(32)
const message = new Message()

function outputsHash(spend: SpendContext, index: number, mode: number): Uint8Array {
  if (mode === sighash.NONE) return zero32
  if (mode !== sighash.SINGLE) return spend.shared.outputsHash256
  const once = spend.shared.outputHash(index)
  return once ? sha256(once) : zero32
}

/** What a signature in a version 0 witness program signs (BIP-0143). `hashType` is 32 bits and hashed whole. */
export function signatureHashV0(
  spend: SpendContext,
  index: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const { tx, shared } = spend
  const { sequence } = inputAt(spend, index)
  const alone = (hashType & sighash.ANYONECANPAY) !== 0
  const mode = outputMode(hashType)
  const partial = mode === sighash.NONE || mode === sighash.SINGLE

  message.begin()
  message.u32(tx.version)
  message.raw(alone ? zero32 : shared.prevoutsHash256)
  message.raw(alone || partial ? zero32 : shared.sequencesHash256)
  message.rawRange(shared.prevouts, index * OUTPOINT_SIZE, (index + 1) * OUTPOINT_SIZE)
  message.varBytes(scriptCode)
  message.i64(spentAt(spend, index).value)
  message.u32(sequence)
  message.raw(outputsHash(spend, index, mode))
  message.u32(tx.lockTime)
  message.u32(hashType)
  return hash256(message.take())
}
