import type { Block, Transaction } from '@raistone/primitives'
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
}

/** Places of the transactions whose scripts are to be checked: not the coinbase's, and not those that are known to be valid. */
export const placesUnchecked = (
  { transactions }: Block,
  flags: ScriptFlags,
  known: Pick<ScriptCache, 'has'> | undefined,
): number[] => transactions.flatMap(({ wtxid }, i) => (i === 0 || known?.has(wtxid, flags) ? [] : i))

/** Begins to check the scripts of the transactions at these places, each of which spends the coins at its place. */
export function beginBlockScripts(
  block: Block,
  places: readonly number[],
  spent: readonly (readonly Coin[])[],
  flags: ScriptFlags,
  { verifier, tally }: ScriptCheckDeps,
): BlockChecks {
  const jobs = places.map(i => ({ tx: block.transactions[i] as Transaction, spent: spent[i] ?? [] }))
  const checks = verifier.begin(jobs, flags, tally)
  return {
    finish: async () => {
      const failure = await checks.finish()
      return checkScripts(failure && { ...failure, txid: (jobs[failure.index] as ScriptJob).tx.txid })
    },
    abandon: () => checks.abandon(),
  }
}
