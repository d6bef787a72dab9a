import type { Verdict } from '@raistone/consensus'
import { type Transaction, type TxIn, type TxOut, transactionWeight } from '@raistone/primitives'
import { classifyScript, isPushOnly, type ScriptClass } from '@raistone/script'
import { dustOutputs } from './dust.js'
import { MAX_STANDARD_VERSION, MAX_STANDARD_WEIGHT, type MempoolPolicy } from './limits.js'

/** Room for a 15-of-15 P2SH multisig with compressed keys. */
const MAX_SCRIPT_SIG = 1650
/** Keys of a multisig that stands bare in an output. */
const MAX_BARE_KEYS = 3
/** One output may be dust, if the transaction pays no fee: `dust` says the rest when the fee is known. */
const MAX_DUST_OUTPUTS = 1

const refuse = (rule: string): Verdict => ({ rule, cause: 'policy' })

function checkInput({ scriptSig }: TxIn): Verdict {
  if (scriptSig.length > MAX_SCRIPT_SIG) return refuse('scriptsig-size')
  return isPushOnly(scriptSig) ? undefined : refuse('scriptsig-not-pushonly')
}

const isStandardForm = (form: ScriptClass): boolean =>
  form.type === 'multisig' ? form.publicKeys.length <= MAX_BARE_KEYS : form.type !== 'nonstandard'

function checkOutputs(outputs: readonly TxOut[], policy: MempoolPolicy): Verdict {
  let dataLeft = policy.dataCarrierBytes
  for (const { script } of outputs) {
    const form = classifyScript(script)
    if (!isStandardForm(form)) return refuse('scriptpubkey')
    if (form.type === 'multisig' && !policy.permitBareMultisig) return refuse('bare-multisig')
    if (form.type !== 'nulldata') continue
    dataLeft -= script.length
    if (dataLeft < 0) return refuse('datacarrier')
  }
  return undefined
}

/** Core's IsStandardTx: forms and sizes that can be seen without the coins. */
export function checkStandard(tx: Transaction, policy: MempoolPolicy): Verdict {
  if (tx.version < 1 || tx.version > MAX_STANDARD_VERSION) return refuse('version')
  if (transactionWeight(tx) > MAX_STANDARD_WEIGHT) return refuse('tx-size')
  for (const input of tx.inputs) {
    const verdict = checkInput(input)
    if (verdict) return verdict
  }
  const verdict = checkOutputs(tx.outputs, policy)
  if (verdict) return verdict
  return dustOutputs(tx, policy.dustFeeRate) > MAX_DUST_OUTPUTS ? refuse('dust') : undefined
}
