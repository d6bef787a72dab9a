import type { Txid } from '@raistone/primitives'
import { type ScriptErrorName, scriptErrorMessage } from '@raistone/script'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'

/** The first input of a block that its script refuses. */
export interface FailedInput {
  readonly txid: Txid
  readonly input: number
  readonly error: ScriptErrorName
}

interface ScriptFacts {
  readonly failed: FailedInput | undefined
}

const inputsUnlocked: Check<ScriptFacts> = ({ failed }) => failed && `transaction ${failed.txid}, input ${failed.input}`

export const scriptRules: readonly Rule<ScriptFacts>[] = [
  {
    reason: 'block-script-verify-flag-failed (…)',
    cause: 'consensus',
    about: 'Every input satisfies the script of the output it spends, by the script rules in force at the height.',
    source: 'Core: CheckInputScripts',
    check: inputsUnlocked,
    inFull: ({ failed }) => `block-script-verify-flag-failed (${scriptErrorMessage(failed?.error ?? 'UNKNOWN_ERROR')})`,
  },
]

/** What the scripts, which are run elsewhere, say of a block. */
export const checkScripts = (failed: FailedInput | undefined): RuleVerdict => firstBreach(scriptRules, { failed })
