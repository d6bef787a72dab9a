import { scriptFlag } from '../flags.js'
import { type Handler, needs } from '../interpreter/machine.js'
import type { OpcodeName } from './opcode.js'

// Operands have at most 32 bits, so every result here is an exact integer.

const unary = (compute: (a: number) => number): Handler =>
  needs(1, m => {
    const a = m.number(0, m.has(scriptFlag.MINIMALDATA))
    if (a === undefined) return 'SCRIPTNUM'
    m.pop()
    m.pushNumber(compute(a))
    return undefined
  })

const binary = (compute: (a: number, b: number) => number): Handler =>
  needs(2, m => {
    const minimal = m.has(scriptFlag.MINIMALDATA)
    const a = m.number(1, minimal)
    const b = m.number(0, minimal)
    if (a === undefined || b === undefined) return 'SCRIPTNUM'
    m.drop(2)
    m.pushNumber(compute(a, b))
    return undefined
  })

const test = (holds: (a: number, b: number) => boolean): Handler => binary((a, b) => (holds(a, b) ? 1 : 0))

const numEqualVerify = needs(2, m => {
  const minimal = m.has(scriptFlag.MINIMALDATA)
  const a = m.number(1, minimal)
  const b = m.number(0, minimal)
  if (a === undefined || b === undefined) return 'SCRIPTNUM'
  if (a !== b) return 'NUMEQUALVERIFY'
  m.drop(2)
  return undefined
})

/** Whether the first is at least the second and below the third. */
const within = needs(3, m => {
  const minimal = m.has(scriptFlag.MINIMALDATA)
  const x = m.number(2, minimal)
  const least = m.number(1, minimal)
  const above = m.number(0, minimal)
  if (x === undefined || least === undefined || above === undefined) return 'SCRIPTNUM'
  m.drop(3)
  m.pushBoolean(least <= x && x < above)
  return undefined
})

/** Operations on numbers of up to four bytes. */
export const arithmeticOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_1ADD: unary(a => a + 1),
  OP_1SUB: unary(a => a - 1),
  OP_NEGATE: unary(a => 0 - a),
  OP_ABS: unary(a => (a < 0 ? 0 - a : a)),
  OP_NOT: unary(a => (a === 0 ? 1 : 0)),
  OP_0NOTEQUAL: unary(a => (a === 0 ? 0 : 1)),
  OP_ADD: binary((a, b) => a + b),
  OP_SUB: binary((a, b) => a - b),
  OP_BOOLAND: test((a, b) => a !== 0 && b !== 0),
  OP_BOOLOR: test((a, b) => a !== 0 || b !== 0),
  OP_NUMEQUAL: test((a, b) => a === b),
  OP_NUMEQUALVERIFY: numEqualVerify,
  OP_NUMNOTEQUAL: test((a, b) => a !== b),
  OP_LESSTHAN: test((a, b) => a < b),
  OP_GREATERTHAN: test((a, b) => a > b),
  OP_LESSTHANOREQUAL: test((a, b) => a <= b),
  OP_GREATERTHANOREQUAL: test((a, b) => a >= b),
  OP_MIN: binary((a, b) => (a < b ? a : b)),
  OP_MAX: binary((a, b) => (a > b ? a : b)),
  OP_WITHIN: within,
}
