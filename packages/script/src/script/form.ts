import { opcode } from '../opcodes/opcode.js'
import { ScriptCursor } from './cursor.js'
import { MAX_SCRIPT_SIZE } from './limits.js'

/** BIP-0141: a version and 2 to 40 bytes. */
export interface WitnessProgram {
  readonly version: number
  readonly program: Uint8Array
}

/** BIP-0016: exactly HASH160, 20 bytes, EQUAL. */
export const isPayToScriptHash = (script: Uint8Array): boolean =>
  script.length === 23 && script[0] === opcode.OP_HASH160 && script[1] === 20 && script[22] === opcode.OP_EQUAL

/** BIP-0141: the version if the script is one constant from 0 to 16 and one direct push of 2 to 40 bytes. */
export function witnessVersion(script: Uint8Array): number | undefined {
  const { length } = script
  if (length < 4 || length > 42 || (script[1] as number) + 2 !== length) return undefined
  const first = script[0] as number
  if (first === opcode.OP_0) return 0
  return first >= opcode.OP_1 && first <= opcode.OP_16 ? first - opcode.OP_1 + 1 : undefined
}

/** BIP-0141: the program if the script is one. */
export function witnessProgram(script: Uint8Array): WitnessProgram | undefined {
  const version = witnessVersion(script)
  return version === undefined ? undefined : { version, program: script.subarray(2) }
}

/** BIP-0433: the keyless output that anyone may spend, `OP_1 <4e73>`. */
export const isPayToAnchor = (program: WitnessProgram): boolean =>
  program.version === 1 && program.program.length === 2 && program.program[0] === 0x4e && program.program[1] === 0x73

/** Whether the script only pushes, from this byte on. OP_RESERVED counts as a push, as it does in Core. */
export function isPushOnly(script: Uint8Array, from = 0): boolean {
  const at = new ScriptCursor(script)
  at.next = from
  while (at.advance()) if (at.op > opcode.OP_16) return false
  return !at.broken
}

/** Whether no input can ever spend the output: OP_RETURN first, or more than 10,000 bytes. Such outputs make no coin. */
export const isUnspendable = (script: Uint8Array): boolean =>
  script[0] === opcode.OP_RETURN || script.length > MAX_SCRIPT_SIZE
