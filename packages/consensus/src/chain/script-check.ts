import type { Block, Transaction } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import type { Coin } from '../coin.js'
import { checkScripts } from '../rules/block/with-scripts.js'
import type { RuleVerdict } from '../rules/rule.js'
import type { ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'

/** Script checks of a block that are under way. */
export interface BlockChecks {
  /** Whether every input satisfies the script it spends; of several failures the first is told. */
  finish(): Promise<RuleVerdict>
  /** The block is of no interest any more. */
  abandon(): void
}

/** Begins to check the scripts of a block that obeys every other rule. */
export function beginBlockScripts(
  block: Block,
  spent: readonly (readonly Coin[])[],
  flags: ScriptFlags,
  verifier: ScriptVerifier,
  tally: SignatureTally,
): BlockChecks {
  const jobs = block.transactions.slice(1).map((tx, i) => ({ tx, spent: spent[i + 1] ?? [] }))
  const checks = verifier.begin(jobs, flags, tally)
  return {
    finish: async () => {
      const failure = await checks.finish()
      return checkScripts(failure && { ...failure, txid: (block.transactions[failure.index + 1] as Transaction).txid })
    },
    abandon: () => checks.abandon(),
  }
}
