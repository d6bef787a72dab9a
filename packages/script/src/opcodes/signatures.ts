import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { checkKeyEncoding, checkSignatureEncoding } from '../interpreter/encoding.js'
import { findAndDelete } from '../interpreter/find-and-delete.js'
import { type Handler, type Machine, needs, type TapscriptRun } from '../interpreter/machine.js'
import { checkSchnorr, ecdsaHolds } from '../interpreter/signature.js'
import type { OpcodeName } from './opcode.js'

/** BIP-0342: what each non-empty signature costs of the budget. */
const WEIGHT_PER_SIGNATURE = 50

/** A check's result: whether the signature holds, or why the script fails at once. */
export type Checked = boolean | ScriptErrorName

/** What signatures of this run cover: the script from the last OP_CODESEPARATOR on. */
export const scriptCodeOf = (m: Machine): Uint8Array =>
  m.codeStart === 0 ? m.at.script : m.at.script.subarray(m.codeStart)

/** The script code without the signature's own push, which only the original rules cut out. */
export function cutSignature(m: Machine, scriptCode: Uint8Array, signature: Uint8Array): Uint8Array | ScriptErrorName {
  const cut = m.version === 'base' ? findAndDelete(scriptCode, signature) : undefined
  if (!cut) return scriptCode
  return m.has(scriptFlag.CONST_SCRIPTCODE) ? 'SIG_FINDANDDELETE' : cut
}

function checkEcdsa(m: Machine, signature: Uint8Array, key: Uint8Array): Checked {
  const scriptCode = cutSignature(m, scriptCodeOf(m), signature)
  if (typeof scriptCode === 'string') return scriptCode
  const malformed = checkSignatureEncoding(m, signature) ?? checkKeyEncoding(m, key)
  if (malformed) return malformed
  const holds = ecdsaHolds(m, signature, key, scriptCode)
  return !holds && signature.length > 0 && m.has(scriptFlag.NULLFAIL) ? 'NULLFAIL' : holds
}

/** BIP-0342: an empty signature fails the check, any other must hold; keys of unknown length accept everything. */
function checkTapscript(m: Machine, run: TapscriptRun, signature: Uint8Array, key: Uint8Array): Checked {
  const signed = signature.length > 0
  if (signed) {
    run.weightLeft -= WEIGHT_PER_SIGNATURE
    if (run.weightLeft < 0) return 'TAPSCRIPT_VALIDATION_WEIGHT'
  }
  if (key.length === 0) return 'TAPSCRIPT_EMPTY_PUBKEY'
  if (key.length !== 32)
    return m.has(scriptFlag.DISCOURAGE_UPGRADABLE_PUBKEYTYPE) ? 'DISCOURAGE_UPGRADABLE_PUBKEYTYPE' : signed
  if (!signed) return false
  const position = { leafHash: run.leafHash, separator: m.separator }
  return checkSchnorr(m.input, signature, key, run.annex, position) ?? true
}

const check = (m: Machine, signature: Uint8Array, key: Uint8Array): Checked =>
  m.tapscript ? checkTapscript(m, m.tapscript, signature, key) : checkEcdsa(m, signature, key)

const checkSig = needs(2, m => {
  const result = check(m, m.peek(1), m.peek(0))
  if (typeof result === 'string') return result
  m.drop(2)
  m.pushBoolean(result)
  return undefined
})

const checkSigVerify = needs(2, m => {
  const result = check(m, m.peek(1), m.peek(0))
  if (typeof result === 'string') return result
  if (!result) return 'CHECKSIGVERIFY'
  m.drop(2)
  return undefined
})

/** BIP-0342: signature, number, key; adds one to the number where the signature holds. */
const checkSigAdd: Handler = m => {
  if (m.version !== 'tapscript') return 'BAD_OPCODE'
  if (m.stack.length < 3) return 'INVALID_STACK_OPERATION'
  const sum = m.number(1, m.has(scriptFlag.MINIMALDATA))
  if (sum === undefined) return 'SCRIPTNUM'
  const result = check(m, m.peek(2), m.peek(0))
  if (typeof result === 'string') return result
  m.drop(3)
  m.pushNumber(sum + (result ? 1 : 0))
  return undefined
}

/** Signatures cover the script from the last of these that ran. */
const codeSeparator: Handler = m => {
  m.codeStart = m.at.next
  m.separator = m.position
  return undefined
}

/** Operations that check one signature. */
export const signatureOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_CODESEPARATOR: codeSeparator,
  OP_CHECKSIG: checkSig,
  OP_CHECKSIGVERIFY: checkSigVerify,
  OP_CHECKSIGADD: checkSigAdd,
}
