import type { Block, Transaction } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import type { Coin } from '../coin.js'
import { checkScripts } from '../rules/block/with-scripts.js'
import type { RuleVerdict } from '../rules/rule.js'
import type { ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'

/** Whether every input of the block satisfies the script it spends; of several failures the first is told. */
export async function checkBlockScripts(
  block: Block,
  spent: readonly (readonly Coin[])[],
  flags: ScriptFlags,
  verifier: ScriptVerifier,
  tally: SignatureTally,
): Promise<RuleVerdict> {
  const jobs = block.transactions.slice(1).map((tx, i) => ({ tx, spent: spent[i + 1] ?? [] }))
  const failure = await verifier.verify(jobs, flags, tally)
  return checkScripts(failure && { ...failure, txid: (block.transactions[failure.index + 1] as Transaction).txid })
}
