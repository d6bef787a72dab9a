import { type Curve, equalBytes, type TxIn } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import { type ScriptFlags, scriptFlag } from '../flags.js'
import { isPayToScriptHash, isPushOnly, witnessProgram } from '../script/form.js'
import { pushData } from '../script/push.js'
import { inputAt, type SpendContext, spentAt } from '../sighash/spend-context.js'
import { type InputCheck, isTrue, type Stack } from './machine.js'
import { runScript } from './run.js'
import { checkWitnessProgram } from './witness-program.js'

const endsTrue = (stack: Stack): boolean => {
  const top = stack[stack.length - 1]
  return top !== undefined && isTrue(top)
}

/** What the last script left, and whether a witness had a program to satisfy. */
interface Finished {
  readonly stack: Stack
  readonly usesWitness: boolean
}

type Result = Finished | ScriptErrorName

/** A witness script leaves one item, and the stack counts as that. */
const cleanStack = (stack: Stack): Stack => stack.slice(0, 1)

/** BIP-0016: the last item of the scriptSig is a script and runs on the others. */
function checkNested(check: InputCheck, input: TxIn, pushed: Stack): Result {
  if (!isPushOnly(input.scriptSig)) return 'SIG_PUSHONLY'
  const stack = pushed.slice()
  const redeem = stack.pop() as Uint8Array
  const error = runScript(check, 'base', redeem, stack)
  if (error) return error
  if (!endsTrue(stack)) return 'EVAL_FALSE'
  const program = check.flags & scriptFlag.WITNESS ? witnessProgram(redeem) : undefined
  if (!program) return { stack, usesWitness: false }
  // Anything beside that one push could be changed without the signatures noticing.
  if (!equalBytes(input.scriptSig, pushData(redeem))) return 'WITNESS_MALLEATED_P2SH'
  const failed = checkWitnessProgram(check, program, input, true)
  return failed ?? { stack: cleanStack(stack), usesWitness: true }
}

function runBoth(check: InputCheck, input: TxIn, script: Uint8Array): Result {
  const { flags } = check
  const stack: Stack = []
  let error = input.scriptSig.length > 0 ? runScript(check, 'base', input.scriptSig, stack) : undefined
  if (error) return error
  const isNested = (flags & scriptFlag.P2SH) !== 0 && isPayToScriptHash(script)
  const pushed = isNested ? stack.slice() : stack
  error = runScript(check, 'base', script, stack)
  if (error) return error
  if (!endsTrue(stack)) return 'EVAL_FALSE'
  if (isNested) return checkNested(check, input, pushed)

  const program = flags & scriptFlag.WITNESS ? witnessProgram(script) : undefined
  if (!program) return { stack, usesWitness: false }
  if (input.scriptSig.length > 0) return 'WITNESS_MALLEATED'
  return checkWitnessProgram(check, program, input, false) ?? { stack: cleanStack(stack), usesWitness: true }
}

/**
 * Whether the input may spend its output under the flags (Core's VerifyScript): undefined if so, else the first
 * rule broken. Never throws for what a transaction says; an index without input or spent output is a RangeError.
 */
export function verifyInput(
  spend: SpendContext,
  index: number,
  flags: ScriptFlags,
  curve: Curve,
): ScriptErrorName | undefined {
  const input = inputAt(spend, index)
  const { script } = spentAt(spend, index)
  if (flags & scriptFlag.SIGPUSHONLY && !isPushOnly(input.scriptSig)) return 'SIG_PUSHONLY'
  const result = runBoth({ spend, index, flags, curve }, input, script)
  if (typeof result === 'string') return result
  if (flags & scriptFlag.CLEANSTACK && result.stack.length !== 1) return 'CLEANSTACK'
  const unexpected = flags & scriptFlag.WITNESS && !result.usesWitness && input.witness.length > 0
  return unexpected ? 'WITNESS_UNEXPECTED' : undefined
}
