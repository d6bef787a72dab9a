import { scriptFlag } from '../flags.js'
import { type Handler, isTrue, needs } from '../interpreter/machine.js'
import type { OpcodeName } from './opcode.js'

/** Whether the item is empty or the single byte 1, the only booleans that MINIMALIF knows. */
const isMinimalBoolean = (item: Uint8Array): boolean => item.length === 0 || (item.length === 1 && item[0] === 1)

const branch =
  (wanted: boolean): Handler =>
  m => {
    if (!m.conditions.allTrue) {
      m.conditions.enter(false)
      return undefined
    }
    if (m.stack.length < 1) return 'INVALID_STACK_OPERATION'
    const item = m.peek()
    if (!isMinimalBoolean(item)) {
      if (m.version === 'tapscript') return 'TAPSCRIPT_MINIMALIF'
      if (m.version === 'witness-v0' && m.has(scriptFlag.MINIMALIF)) return 'MINIMALIF'
    }
    m.pop()
    m.conditions.enter(isTrue(item) === wanted)
    return undefined
  }

const otherwise: Handler = m => {
  if (m.conditions.empty) return 'UNBALANCED_CONDITIONAL'
  m.conditions.toggle()
  return undefined
}

const endIf: Handler = m => {
  if (m.conditions.empty) return 'UNBALANCED_CONDITIONAL'
  m.conditions.leave()
  return undefined
}

const verify = needs(1, m => {
  if (!isTrue(m.peek())) return 'VERIFY'
  m.pop()
  return undefined
})

const nothing: Handler = () => undefined

const upgradableNop: Handler = m =>
  m.has(scriptFlag.DISCOURAGE_UPGRADABLE_NOPS) ? 'DISCOURAGE_UPGRADABLE_NOPS' : undefined

/** Branches, no-operations and ends. */
export const flowOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_NOP: nothing,
  OP_IF: branch(true),
  OP_NOTIF: branch(false),
  OP_ELSE: otherwise,
  OP_ENDIF: endIf,
  OP_VERIFY: verify,
  OP_RETURN: () => 'OP_RETURN',
  OP_NOP1: upgradableNop,
  OP_NOP4: upgradableNop,
  OP_NOP5: upgradableNop,
  OP_NOP6: upgradableNop,
  OP_NOP7: upgradableNop,
  OP_NOP8: upgradableNop,
  OP_NOP9: upgradableNop,
  OP_NOP10: upgradableNop,
}
