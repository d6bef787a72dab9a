import { isCoinbase, type TransactionBody, type TxIn, type TxOut } from '@raistone/primitives'
import { type ScriptFlags, scriptFlag } from '../flags.js'
import { opcode } from '../opcodes/opcode.js'
import { ScriptCursor } from '../script/cursor.js'
import { isPayToScriptHash, witnessVersion } from '../script/form.js'
import { MAX_KEYS_PER_MULTISIG } from '../script/limits.js'

/** BIP-0141: cost of a signature operation outside witnesses; one in a witness costs one. */
export const WITNESS_SCALE = 4

/**
 * Signature operations written in the script up to where it breaks off, executed or not. A multisig counts for 20,
 * or if `accurate` (P2SH and witness scripts) for the constant before it.
 */
export function scriptSigops(script: Uint8Array, accurate: boolean): number {
  // As most inputs' scripts are.
  if (script.length === 0) return 0
  let count = 0
  let before = -1
  const at = new ScriptCursor(script)
  while (at.advance()) {
    const { op } = at
    if (op === opcode.OP_CHECKSIG || op === opcode.OP_CHECKSIGVERIFY) {
      count++
    } else if (op === opcode.OP_CHECKMULTISIG || op === opcode.OP_CHECKMULTISIGVERIFY) {
      const known = accurate && before >= opcode.OP_1 && before <= opcode.OP_16
      count += known ? before - opcode.OP_1 + 1 : MAX_KEYS_PER_MULTISIG
    }
    before = op
  }
  return count
}

/** What the last operation of a push-only script pushes: the redeem script, as far as counting goes. */
function lastPush(scriptSig: Uint8Array): Uint8Array | undefined {
  const at = new ScriptCursor(scriptSig)
  while (at.advance()) if (at.op > opcode.OP_16) return undefined
  return at.broken || at.op < 0 ? undefined : at.data
}

/** Those of scriptSigs and output scripts, each multisig counted for 20. */
export function legacySigops(tx: TransactionBody): number {
  let count = 0
  for (const { scriptSig } of tx.inputs) count += scriptSigops(scriptSig, false)
  for (const { script } of tx.outputs) count += scriptSigops(script, false)
  return count
}

/** BIP-0016: those of redeem scripts; `spent` has one output per input. A coinbase has none. */
export function p2shSigops(tx: TransactionBody, spent: readonly TxOut[]): number {
  if (isCoinbase(tx)) return 0
  return tx.inputs.reduce((sum, { scriptSig }, i) => {
    const redeem = isPayToScriptHash(scriptOf(spent, i)) ? lastPush(scriptSig) : undefined
    return redeem ? sum + scriptSigops(redeem, true) : sum
  }, 0)
}

/** Of a witness program: one for a key hash, those of the script for a script hash; later versions count none here. */
function programSigops(script: Uint8Array, input: TxIn): number | undefined {
  const version = witnessVersion(script)
  if (version === undefined) return undefined
  if (version !== 0) return 0
  // Before the program stand the version and the length.
  const length = script.length - 2
  if (length === 20) return 1
  const inner = input.witness[input.witness.length - 1]
  return length === 32 && inner ? scriptSigops(inner, true) : 0
}

function witnessSigops(input: TxIn, script: Uint8Array): number {
  const direct = programSigops(script, input)
  if (direct !== undefined) return direct
  const redeem = isPayToScriptHash(script) ? lastPush(input.scriptSig) : undefined
  return redeem ? (programSigops(redeem, input) ?? 0) : 0
}

const scriptOf = (spent: readonly TxOut[], i: number): Uint8Array => {
  const output = spent[i]
  if (!output) throw new RangeError(`no spent output ${i} among ${spent.length}`)
  return output.script
}

/** BIP-0141: four for each signature operation of scripts outside witnesses, one for each inside; a block has 80,000. */
export function sigopCost(tx: TransactionBody, spent: readonly TxOut[], flags: ScriptFlags): number {
  let cost = legacySigops(tx) * WITNESS_SCALE
  if (isCoinbase(tx)) return cost
  if (flags & scriptFlag.P2SH) cost += p2shSigops(tx, spent) * WITNESS_SCALE
  if (flags & scriptFlag.WITNESS) {
    tx.inputs.forEach((input, i) => {
      cost += witnessSigops(input, scriptOf(spent, i))
    })
  }
  return cost
}
