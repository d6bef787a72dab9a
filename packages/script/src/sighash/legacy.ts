import { hash256, type TxOut } from '@raistone/primitives'
import { opcode } from '../opcodes/opcode.js'
import { ScriptCursor } from '../script/cursor.js'
import { outputMode, sighash } from './hash-type.js'
import { Message } from './message.js'
import { BLANK_INPUT_SIZE, encodeOutput, OUTPOINT_SIZE } from './shared-parts.js'
import { inputAt, type SpendContext } from './spend-context.js'

const message = new Message()

/**
 * The script code behind its length, without OP_CODESEPARATOR. Quirk of Core: where the script breaks off
 * inside a push, that push's data is left out, though the length counts it. Such a script fails in the end, but what
 * its signatures sign decides with which error.
 */
function writeScriptCode(script: Uint8Array): void {
  const at = new ScriptCursor(script)
  const separators: number[] = []
  while (at.advance()) if (at.op === opcode.OP_CODESEPARATOR) separators.push(at.start)
  message.compactSize(script.length - separators.length)
  let from = 0
  for (const separator of separators) {
    message.rawRange(script, from, separator)
    from = separator + 1
  }
  message.rawRange(script, from, at.broken ? at.brokeOffAt : script.length)
}

/** The hash that SINGLE signs where the input has no output of its own index: the number one, little-endian. */
const one = (): Uint8Array => {
  const digest = new Uint8Array(32)
  digest[0] = 1
  return digest
}

/** Count and outputs as SINGLE sees them: those before its own have value -1 and no script. */
function writeSingleOutput({ tx }: SpendContext, index: number): void {
  message.compactSize(index + 1)
  for (let i = 0; i < index; i++) {
    message.fill(0xff, 8)
    message.u8(0)
  }
  message.raw(encodeOutput(tx.outputs[index] as TxOut))
}

function writeOutputs(spend: SpendContext, index: number, mode: number): void {
  if (mode === sighash.SINGLE) {
    writeSingleOutput(spend, index)
  } else if (mode === sighash.NONE) {
    message.compactSize(0)
  } else {
    message.compactSize(spend.tx.outputs.length)
    message.raw(spend.shared.outputs)
  }
}

/**
 * What signatures before BIP-0143 sign: the transaction with the script code in place of this input's script and
 * the others' emptied. `hashType` is 32 bits and hashed whole. Quirk kept from the first client: SINGLE without a
 * matching output signs the number one, so such a signature is good for any transaction.
 */
export function signatureHashLegacy(
  spend: SpendContext,
  index: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const { tx, shared } = spend
  const { sequence } = inputAt(spend, index)
  const mode = outputMode(hashType)
  if (mode === sighash.SINGLE && index >= tx.outputs.length) return one()

  const alone = (hashType & sighash.ANYONECANPAY) !== 0
  const inputs = shared.blankInputs(mode === sighash.NONE || mode === sighash.SINGLE)
  const from = index * BLANK_INPUT_SIZE
  message.begin()
  message.u32(tx.version)
  message.compactSize(alone ? 1 : tx.inputs.length)
  if (!alone) message.rawRange(inputs, 0, from)
  message.rawRange(inputs, from, from + OUTPOINT_SIZE)
  writeScriptCode(scriptCode)
  message.u32(sequence)
  if (!alone) message.rawRange(inputs, from + BLANK_INPUT_SIZE, inputs.length)
  writeOutputs(spend, index, mode)
  message.u32(tx.lockTime)
  message.u32(hashType)
  return hash256(message.take())
}
