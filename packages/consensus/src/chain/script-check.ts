import type { Block } from '@raistone/primitives'
import { type ScriptFlags, scriptErrorMessage } from '@raistone/script'
import type { Coin } from '../coin.js'
import type { Verdict } from '../verdict.js'
import type { ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'

/** Whether every input of the block satisfies the script it spends; of several failures the first is told. */
export async function checkBlockScripts(
  block: Block,
  spent: readonly (readonly Coin[])[],
  flags: ScriptFlags,
  verifier: ScriptVerifier,
  tally: SignatureTally,
): Promise<Verdict> {
  const jobs = block.transactions.slice(1).map((tx, i) => ({ tx, spent: spent[i + 1] ?? [] }))
  const failure = await verifier.verify(jobs, flags, tally)
  if (!failure) return undefined
  const txid = block.transactions[failure.index + 1]?.txid
  return {
    rule: `block-script-verify-flag-failed (${scriptErrorMessage(failure.error)})`,
    cause: 'consensus',
    detail: `transaction ${txid}, input ${failure.input}`,
  }
}
