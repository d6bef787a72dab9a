import type { Transaction, TxIn, TxOut } from '@raistone/primitives'
import { classifyScript, isPayToScriptHash, scriptSigops } from '@raistone/script'
import { lastPush } from './last-push.js'

/** Signature operations of a redeem script, counted accurately. */
const MAX_REDEEM_SIGOPS = 15
/** BIP-0054: signature operations that a transaction's inputs may run outside witnesses. */
const MAX_LEGACY_SIGOPS = 2500

function legacySigopsOf({ scriptSig }: TxIn, spent: Uint8Array): number {
  const redeem = isPayToScriptHash(spent) ? lastPush(scriptSig) : spent
  return scriptSigops(scriptSig, true) + (redeem ? scriptSigops(redeem, true) : 0)
}

function isStandardInput({ scriptSig }: TxIn, spent: Uint8Array): boolean {
  const { type } = classifyScript(spent)
  if (type === 'nonstandard' || type === 'witness_unknown') return false
  if (type !== 'scripthash') return true
  const redeem = lastPush(scriptSig)
  return redeem !== undefined && scriptSigops(redeem, true) <= MAX_REDEEM_SIGOPS
}

/** Core's AreInputsStandard: each input spends a known form, and cheaply. `spent` has one output per input. */
export function inputsAreStandard(tx: Transaction, spent: readonly TxOut[]): boolean {
  let sigops = 0
  return tx.inputs.every((input, i) => {
    const script = (spent[i] as TxOut).script
    sigops += legacySigopsOf(input, script)
    return sigops <= MAX_LEGACY_SIGOPS && isStandardInput(input, script)
  })
}
