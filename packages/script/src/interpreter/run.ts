import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { opcode } from '../opcodes/opcode.js'
import { handlerByByte, isDisabled } from '../opcodes/table.js'
import { ScriptCursor } from '../script/cursor.js'
import { MAX_ITEM_SIZE, MAX_OPS, MAX_SCRIPT_SIZE, MAX_STACK_SIZE } from '../script/limits.js'
import { isMinimalPush } from '../script/push.js'
import {
  type Handler,
  type InputCheck,
  Machine,
  type SignatureVersion,
  type Stack,
  type TapscriptRun,
} from './machine.js'

const { OP_16, OP_CODESEPARATOR, OP_ENDIF, OP_IF, OP_PUSHDATA4 } = opcode

/** What fails whether or not the operation's branch is taken. */
function checkOperation(m: Machine): ScriptErrorName | undefined {
  const { op } = m.at
  if (m.at.dataLength > MAX_ITEM_SIZE) return 'PUSH_SIZE'
  if (op <= OP_16) return undefined
  if (m.version !== 'tapscript' && ++m.opCount > MAX_OPS) return 'OP_COUNT'
  if (isDisabled[op]) return 'DISABLED_OPCODE'
  if (op === OP_CODESEPARATOR && m.version === 'base' && m.has(scriptFlag.CONST_SCRIPTCODE)) return 'OP_CODESEPARATOR'
  return undefined
}

function step(m: Machine): ScriptErrorName | undefined {
  const failed = checkOperation(m)
  if (failed) return failed
  const { at } = m
  const taken = m.conditions.allTrue
  if (at.op <= OP_PUSHDATA4) {
    if (!taken) return undefined
    if (m.has(scriptFlag.MINIMALDATA) && !isMinimalPush(at)) return 'MINIMALDATA'
    m.push(at.data)
  } else if (taken || (at.op >= OP_IF && at.op <= OP_ENDIF)) {
    const error = (handlerByByte[at.op] as Handler)(m)
    if (error) return error
  }
  return m.stack.length + m.alt.length > MAX_STACK_SIZE ? 'STACK_SIZE' : undefined
}

/** Runs one script on the stack, which keeps what the script leaves (Core's EvalScript). */
export function runScript(
  input: InputCheck,
  version: SignatureVersion,
  script: Uint8Array,
  stack: Stack,
  tapscript?: TapscriptRun,
): ScriptErrorName | undefined {
  if (version !== 'tapscript' && script.length > MAX_SCRIPT_SIZE) return 'SCRIPT_SIZE'
  const m = new Machine(input, version, new ScriptCursor(script), stack, tapscript)
  while (m.at.advance()) {
    const error = step(m)
    if (error) return error
    m.position++
  }
  if (m.at.broken) return 'BAD_OPCODE'
  return m.conditions.empty ? undefined : 'UNBALANCED_CONDITIONAL'
}
