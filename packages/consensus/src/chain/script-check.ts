import type { Block } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import type { Coin } from '../coin.js'
import { checkScripts } from '../rules/block/with-scripts.js'
import type { RuleVerdict } from '../rules/rule.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptJob, ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'

/** Script checks of a block that are under way. */
export interface BlockChecks {
  /** Whether every input satisfies the script it spends; of several failures the first is told. */
  finish(): Promise<RuleVerdict>
  /** The block is of no interest any more. */
  abandon(): void
}

/** What checks scripts. */
export interface ScriptCheckDeps {
  readonly verifier: ScriptVerifier
  readonly tally: SignatureTally
  /** Transactions that need no check any more. */
  readonly known?: Pick<ScriptCache, 'has'> | undefined
}

/** Begins to check the scripts of a block that obeys every other rule. */
export function beginBlockScripts(
  block: Block,
  spent: readonly (readonly Coin[])[],
  flags: ScriptFlags,
  { verifier, tally, known }: ScriptCheckDeps,
): BlockChecks {
  const jobs = block.transactions.flatMap((tx, i) =>
    i === 0 || known?.has(tx.wtxid, flags) ? [] : [{ tx, spent: spent[i] ?? [] }],
  )
  const checks = verifier.begin(jobs, flags, tally)
  return {
    finish: async () => {
      const failure = await checks.finish()
      return checkScripts(failure && { ...failure, txid: (jobs[failure.index] as ScriptJob).tx.txid })
    },
    abandon: () => checks.abandon(),
  }
}
