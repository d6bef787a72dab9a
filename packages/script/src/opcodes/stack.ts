import { equalBytes } from '@raistone/primitives'
import { scriptFlag } from '../flags.js'
import { type Handler, isTrue, type Machine, needs } from '../interpreter/machine.js'
import type { OpcodeName } from './opcode.js'

/** Copies the item at the depth to the top. */
const copy = (m: Machine, depth: number): void => m.push(m.peek(depth))

/** Moves the item at the depth to the top. */
const lift = (m: Machine, depth: number): void => {
  const [item] = m.stack.splice(m.stack.length - 1 - depth, 1)
  m.push(item as Uint8Array)
}

/** A handler that copies the items at these depths, each counted after the copies before it. */
const copies = (items: number, ...depths: readonly number[]): Handler =>
  needs(items, m => {
    for (const depth of depths) copy(m, depth)
    return undefined
  })

const lifts = (items: number, ...depths: readonly number[]): Handler =>
  needs(items, m => {
    for (const depth of depths) lift(m, depth)
    return undefined
  })

const drops = (items: number): Handler =>
  needs(items, m => {
    m.drop(items)
    return undefined
  })

/** OP_PICK and OP_ROLL: the depth is a number on the stack. */
const atDepth = (take: (m: Machine, depth: number) => void): Handler =>
  needs(2, m => {
    const depth = m.number(0, m.has(scriptFlag.MINIMALDATA))
    if (depth === undefined) return 'SCRIPTNUM'
    m.pop()
    if (depth < 0 || depth >= m.stack.length) return 'INVALID_STACK_OPERATION'
    take(m, depth)
    return undefined
  })

const toAlt = needs(1, m => {
  m.alt.push(m.pop())
  return undefined
})

const fromAlt: Handler = m => {
  const item = m.alt.pop()
  if (!item) return 'INVALID_ALTSTACK_OPERATION'
  m.push(item)
  return undefined
}

const ifDup = needs(1, m => {
  if (isTrue(m.peek())) copy(m, 0)
  return undefined
})

const nip = needs(2, m => {
  const top = m.pop()
  m.stack[m.stack.length - 1] = top
  return undefined
})

const tuck = needs(2, m => {
  m.stack.splice(m.stack.length - 2, 0, m.peek())
  return undefined
})

const depth: Handler = m => {
  m.pushNumber(m.stack.length)
  return undefined
}

const size = needs(1, m => {
  m.pushNumber(m.peek().length)
  return undefined
})

const equal = needs(2, m => {
  const top = m.pop()
  m.pushBoolean(equalBytes(m.pop(), top))
  return undefined
})

const equalVerify = needs(2, m => {
  if (!equalBytes(m.peek(0), m.peek(1))) return 'EQUALVERIFY'
  m.drop(2)
  return undefined
})

/** Operations that move, copy, measure and compare items. */
export const stackOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_TOALTSTACK: toAlt,
  OP_FROMALTSTACK: fromAlt,
  OP_2DROP: drops(2),
  OP_2DUP: copies(2, 1, 1),
  OP_3DUP: copies(3, 2, 2, 2),
  OP_2OVER: copies(4, 3, 3),
  OP_2ROT: lifts(6, 5, 5),
  OP_2SWAP: lifts(4, 3, 3),
  OP_IFDUP: ifDup,
  OP_DEPTH: depth,
  OP_DROP: drops(1),
  OP_DUP: copies(1, 0),
  OP_NIP: nip,
  OP_OVER: copies(2, 1),
  OP_PICK: atDepth(copy),
  OP_ROLL: atDepth(lift),
  OP_ROT: lifts(3, 2),
  OP_SWAP: lifts(2, 1),
  OP_TUCK: tuck,
  OP_SIZE: size,
  OP_EQUAL: equal,
  OP_EQUALVERIFY: equalVerify,
}
