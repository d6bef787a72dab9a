import { emptyBytes } from '@raistone/primitives'
import { opcode } from '../opcodes/opcode.js'

/**
 * Walks a script operation by operation (Core's GetScriptOp). One object per walk and no allocation per step, for
 * every script that is run, counted or printed is walked this way.
 */
export class ScriptCursor {
  /** Byte of the current operation. */
  op = -1
  /** Where the current operation begins. */
  start = 0
  /** Where the next operation begins. */
  next = 0
  /** Whether the script ends inside an operation. */
  broken = false
  /** Where the data would begin that a broken operation lacks; after its opcode if it lacks its length already. */
  brokeOffAt = 0
  private dataStart = 0

  constructor(readonly script: Uint8Array) {}

  /** Steps to the next operation; false at the end, and where the script ends inside a push (then `broken`). */
  advance(): boolean {
    const { script } = this
    const start = this.next
    if (start >= script.length || this.broken) return false
    const op = script[start] as number
    const prefix = op === opcode.OP_PUSHDATA1 ? 1 : op === opcode.OP_PUSHDATA2 ? 2 : op === opcode.OP_PUSHDATA4 ? 4 : 0
    const dataStart = start + 1 + prefix
    let length = op < opcode.OP_PUSHDATA1 ? op : 0
    if (dataStart > script.length) return this.breakOff(start + 1)
    // Multiplied, not shifted: four bytes are unsigned.
    for (let i = prefix; i > 0; i--) length = length * 256 + (script[start + i] as number)
    if (length > script.length - dataStart) return this.breakOff(dataStart)
    this.op = op
    this.start = start
    this.dataStart = dataStart
    this.next = dataStart + length
    return true
  }

  /** What the current operation pushes: a view of the script; empty for operations that are no push of data. */
  get data(): Uint8Array {
    return this.next > this.dataStart ? this.script.subarray(this.dataStart, this.next) : emptyBytes
  }

  get dataLength(): number {
    return this.next - this.dataStart
  }

  private breakOff(at: number): false {
    this.broken = true
    this.brokeOffAt = at
    return false
  }
}
