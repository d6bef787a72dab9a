import type { Verdict } from '@raistone/consensus'
import type { Transaction, TxOut } from '@raistone/primitives'
import { type ScriptFlags, STANDARD_FLAGS, scriptErrorMessage } from '@raistone/script'
import type { MempoolDeps } from '../deps.js'

type ScriptDeps = Pick<MempoolDeps, 'verifier' | 'scriptCache'>

/**
 * Scripts under all flags that relay demands. Flags only ever forbid, so who passes passes in a block too; who fails
 * is checked again by the block's own flags, for only breaking those says that the sender's rules are not ours.
 */
async function checkScripts(
  tx: Transaction,
  spent: readonly TxOut[],
  blockFlags: ScriptFlags,
  { verifier, scriptCache }: ScriptDeps,
): Promise<Verdict> {
  const job = [{ tx, spent }]
  const failure = await verifier.verify(job, STANDARD_FLAGS | blockFlags)
  if (!failure) {
    scriptCache?.add(tx.wtxid, blockFlags)
    return undefined
  }
  const inBlock = await verifier.verify(job, blockFlags)
  return {
    rule: `mempool-script-verify-flag-failed (${scriptErrorMessage(failure.error)})`,
    cause: inBlock ? 'consensus' : 'policy',
    detail: `input ${failure.input} of ${tx.txid}`,
  }
}

/** Says whether the transaction unlocks these outputs, one per input, by a block's flags. */
export type ScriptCheck = (spent: readonly TxOut[], blockFlags: ScriptFlags) => Promise<Verdict>

/**
 * Checks a transaction's scripts once, however often it is judged. An outpoint names its output for good, so that only
 * other flags could make another verdict.
 */
export function createScriptCheck(tx: Transaction, deps: ScriptDeps): ScriptCheck {
  const known = new Map<ScriptFlags, Promise<Verdict>>()
  return (spent, blockFlags) => {
    const verdict = known.get(blockFlags) ?? checkScripts(tx, spent, blockFlags, deps)
    known.set(blockFlags, verdict)
    return verdict
  }
}
