import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { isOpSuccess } from '../opcodes/opcode.js'
import { ScriptCursor } from '../script/cursor.js'
import { MAX_ITEM_SIZE, MAX_STACK_SIZE } from '../script/limits.js'
import { type InputCheck, isTrue, type SignatureVersion, type Stack, type TapscriptRun } from './machine.js'
import { runScript } from './run.js'

/** Runs a script on the witness's items: it must leave exactly one item, and that one true. */
export function runWitnessScript(
  check: InputCheck,
  version: SignatureVersion,
  script: Uint8Array,
  stack: Stack,
  tapscript?: TapscriptRun,
): ScriptErrorName | undefined {
  for (const item of stack) if (item.length > MAX_ITEM_SIZE) return 'PUSH_SIZE'
  const error = runScript(check, version, script, stack, tapscript)
  if (error) return error
  if (stack.length !== 1) return 'CLEANSTACK'
  return isTrue(stack[0] as Uint8Array) ? undefined : 'EVAL_FALSE'
}

/** BIP-0342: an OP_SUCCESS anywhere before the script breaks off decides for success, without running anything. */
export function runTapscript(
  check: InputCheck,
  script: Uint8Array,
  stack: Stack,
  tapscript: TapscriptRun,
): ScriptErrorName | undefined {
  const at = new ScriptCursor(script)
  while (at.advance()) {
    if (!isOpSuccess(at.op)) continue
    return check.flags & scriptFlag.DISCOURAGE_OP_SUCCESS ? 'DISCOURAGE_OP_SUCCESS' : undefined
  }
  if (at.broken) return 'BAD_OPCODE'
  if (stack.length > MAX_STACK_SIZE) return 'STACK_SIZE'
  return runWitnessScript(check, 'tapscript', script, stack, tapscript)
}
