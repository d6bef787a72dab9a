import type { Handler } from '../interpreter/machine.js'
import { arithmeticOpcodes } from './arithmetic.js'
import { flowOpcodes } from './flow.js'
import { hashOpcodes } from './hashes.js'
import { lockTimeOpcodes } from './lock-time.js'
import { multisigOpcodes } from './multisig.js'
import { type OpcodeName, opcode } from './opcode.js'
import { signatureOpcodes } from './signatures.js'
import { stackOpcodes } from './stack.js'

/** One opcode: what it is called, its byte, and what it does. */
export interface OpcodeRow {
  readonly name: OpcodeName
  readonly byte: number
  readonly run: Handler
}

const constant =
  (value: number): Handler =>
  m => {
    m.pushNumber(value)
    return undefined
  }

/** OP_1NEGATE and OP_1 to OP_16 push the distance of their byte from that of OP_RESERVED. */
const constants = Object.entries(opcode)
  .filter(([, byte]) => byte >= opcode.OP_1NEGATE && byte <= opcode.OP_16 && byte !== opcode.OP_RESERVED)
  .map(([name, byte]) => [name, constant(byte - opcode.OP_RESERVED)] as const)

const handlers: Partial<Record<OpcodeName, Handler>> = {
  ...Object.fromEntries(constants),
  ...flowOpcodes,
  ...stackOpcodes,
  ...arithmeticOpcodes,
  ...hashOpcodes,
  ...signatureOpcodes,
  ...multisigOpcodes,
  ...lockTimeOpcodes,
}

/** Every opcode that does something. Pushes of data are not among them, nor are opcodes that only fail. */
export const opcodeRows: readonly OpcodeRow[] = Object.entries(handlers).map(([name, run]) => ({
  name: name as OpcodeName,
  byte: opcode[name as OpcodeName],
  run,
}))

const badOpcode: Handler = () => 'BAD_OPCODE'

/** What each byte does; bytes without a meaning fail when they are run. */
export const handlerByByte: readonly Handler[] = (() => {
  const table = new Array<Handler>(256).fill(badOpcode)
  for (const { byte, run } of opcodeRows) table[byte] = run
  return table
})()

/** Opcodes switched off in 2010. Before BIP-0342, where they mean success, they fail even in a branch not taken. */
export const isDisabled: readonly boolean[] = (() => {
  const table = new Array<boolean>(256).fill(false)
  const onStrings = ['CAT', 'SUBSTR', 'LEFT', 'RIGHT', 'INVERT', 'AND', 'OR', 'XOR'] as const
  const onNumbers = ['2MUL', '2DIV', 'MUL', 'DIV', 'MOD', 'LSHIFT', 'RSHIFT'] as const
  for (const name of [...onStrings, ...onNumbers]) table[opcode[`OP_${name}`]] = true
  return table
})()
