import type { ScriptVerifier, Verdict } from '@raistone/consensus'
import type { Transaction, TxOut } from '@raistone/primitives'
import { type ScriptFlags, STANDARD_FLAGS, scriptErrorMessage } from '@raistone/script'

/**
 * Scripts under all flags that relay demands. Flags only ever forbid, so who passes passes in a block too; who fails
 * is checked again by the block's own flags, for only breaking those says that the sender's rules are not ours.
 */
export async function checkScripts(
  tx: Transaction,
  spent: readonly TxOut[],
  blockFlags: ScriptFlags,
  verifier: Pick<ScriptVerifier, 'verify'>,
): Promise<Verdict> {
  const job = [{ tx, spent }]
  const failure = await verifier.verify(job, STANDARD_FLAGS | blockFlags)
  if (!failure) return undefined
  const inBlock = await verifier.verify(job, blockFlags)
  return {
    rule: `mempool-script-verify-flag-failed (${scriptErrorMessage(failure.error)})`,
    cause: inBlock ? 'consensus' : 'policy',
    detail: `input ${failure.input} of ${tx.txid}`,
  }
}
