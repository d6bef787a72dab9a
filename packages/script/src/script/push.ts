import { concatBytes } from '@raistone/primitives'
import { opcode } from '../opcodes/opcode.js'
import type { ScriptCursor } from './cursor.js'
import { scriptNumber } from './number.js'

function pushPrefix(length: number): Uint8Array {
  if (length < opcode.OP_PUSHDATA1) return Uint8Array.of(length)
  if (length <= 0xff) return Uint8Array.of(opcode.OP_PUSHDATA1, length)
  if (length <= 0xffff) return Uint8Array.of(opcode.OP_PUSHDATA2, length & 0xff, length >> 8)
  return Uint8Array.of(opcode.OP_PUSHDATA4, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff, length >>> 24)
}

/** The operation that pushes the bytes as data, with the shortest length prefix; never one of the constant opcodes. */
export const pushData = (bytes: Uint8Array): Uint8Array => concatBytes(pushPrefix(bytes.length), bytes)

/** The shortest operation that pushes the number: OP_0, OP_1NEGATE, OP_1 to OP_16, or a push of its encoding. */
export function pushNumber(value: bigint | number): Uint8Array {
  const n = BigInt(value)
  if (n === 0n) return Uint8Array.of(opcode.OP_0)
  if (n === -1n || (n >= 1n && n <= 16n)) return Uint8Array.of(opcode.OP_1 - 1 + Number(n))
  return pushData(scriptNumber(n))
}

/** Whether the cursor's push is the shortest that leaves its bytes on the stack (Core's CheckMinimalPush). */
export function isMinimalPush(at: ScriptCursor): boolean {
  const { op, dataLength } = at
  if (dataLength === 0) return op === opcode.OP_0
  if (dataLength === 1) {
    const byte = at.script[at.next - 1] as number
    // OP_1 to OP_16 and OP_1NEGATE exist for these.
    if ((byte >= 1 && byte <= 16) || byte === 0x81) return false
  }
  if (dataLength < opcode.OP_PUSHDATA1) return op === dataLength
  if (dataLength <= 0xff) return op === opcode.OP_PUSHDATA1
  if (dataLength <= 0xffff) return op === opcode.OP_PUSHDATA2
  return true
}
