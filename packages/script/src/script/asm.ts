import { isStrictDer, toHex } from '@raistone/primitives'
import { opcode, opcodeName } from '../opcodes/opcode.js'
import { sighashNames } from '../sighash/hash-type.js'
import { ScriptCursor } from './cursor.js'
import { isUnspendable } from './form.js'
import { MAX_NUMBER_LENGTH, parseScriptNumber } from './number.js'

function pushToAsm(data: Uint8Array, decodeSighash: boolean): string {
  if (data.length <= MAX_NUMBER_LENGTH) return String(parseScriptNumber(data, false))
  const name = decodeSighash && isStrictDer(data) ? sighashNames.get(data[data.length - 1] as number) : undefined
  return name ? `${toHex(data.subarray(0, -1))}[${name}]` : toHex(data)
}

/**
 * The script as Core prints it (ScriptToAsmStr): pushes of up to four bytes as numbers, longer ones in hex. With
 * `decodeSighash`, meant for scriptSigs, what looks like a signature ends in its hash type's name in brackets.
 */
export function scriptToAsm(script: Uint8Array, decodeSighash = false): string {
  const decode = decodeSighash && !isUnspendable(script)
  const words: string[] = []
  const at = new ScriptCursor(script)
  while (at.advance()) words.push(at.op <= opcode.OP_PUSHDATA4 ? pushToAsm(at.data, decode) : opcodeName(at.op))
  if (at.broken) words.push('[error]')
  return words.join(' ')
}
