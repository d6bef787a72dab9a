import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { checkKeyEncoding, checkSignatureEncoding } from '../interpreter/encoding.js'
import type { Handler, Machine } from '../interpreter/machine.js'
import { ecdsaHolds } from '../interpreter/signature.js'
import { MAX_KEYS_PER_MULTISIG, MAX_OPS } from '../script/limits.js'
import type { OpcodeName } from './opcode.js'
import { type Checked, cutSignature, scriptCodeOf } from './signatures.js'

/** Where the operands lie, as depths below the top: keys, their count, signatures, their count, and one item more. */
interface Operands {
  readonly keys: number
  readonly signatures: number
  readonly firstSignature: number
  /** Depth of the extra item. */
  readonly dummy: number
}

const firstKey = 1

/** Reads both counts, and demands that all operands be there before any is looked at; keys count as operations. */
function readOperands(m: Machine): Operands | ScriptErrorName {
  const minimal = m.has(scriptFlag.MINIMALDATA)
  const { length } = m.stack
  if (length < 1) return 'INVALID_STACK_OPERATION'
  const keys = m.number(0, minimal)
  if (keys === undefined) return 'SCRIPTNUM'
  if (keys < 0 || keys > MAX_KEYS_PER_MULTISIG) return 'PUBKEY_COUNT'
  m.opCount += keys
  if (m.opCount > MAX_OPS) return 'OP_COUNT'
  const countAt = firstKey + keys
  if (length < countAt + 1) return 'INVALID_STACK_OPERATION'
  const signatures = m.number(countAt, minimal)
  if (signatures === undefined) return 'SCRIPTNUM'
  if (signatures < 0 || signatures > keys) return 'SIG_COUNT'
  const firstSignature = countAt + 1
  const dummy = firstSignature + signatures
  return length < dummy + 1 ? 'INVALID_STACK_OPERATION' : { keys, signatures, firstSignature, dummy }
}

/** Both lists in the same order, from the top down: each signature takes the first key left that it holds for. */
function matchSignatures(m: Machine, { keys, signatures, firstSignature }: Operands): Checked {
  let scriptCode = scriptCodeOf(m)
  for (let i = 0; i < signatures; i++) {
    const cut = cutSignature(m, scriptCode, m.peek(firstSignature + i))
    if (typeof cut === 'string') return cut
    scriptCode = cut
  }
  let matched = 0
  for (let tried = 0; matched < signatures; tried++) {
    if (signatures - matched > keys - tried) return false
    const signature = m.peek(firstSignature + matched)
    const key = m.peek(firstKey + tried)
    const malformed = checkSignatureEncoding(m, signature) ?? checkKeyEncoding(m, key)
    if (malformed) return malformed
    if (ecdsaHolds(m, signature, key, scriptCode)) matched++
  }
  return true
}

/** NULLFAIL: a failed check must have been meant to fail, so every one of its signatures is empty. */
function hasSignature(m: Machine, { signatures, firstSignature }: Operands): boolean {
  for (let i = 0; i < signatures; i++) if (m.peek(firstSignature + i).length > 0) return true
  return false
}

/**
 * Quirk of the first client: the operation takes one item more than its operands, by a mistake in counting. Since
 * BIP-0147 (NULLDUMMY) that item must be empty.
 */
function multisig(m: Machine): Checked {
  if (m.version === 'tapscript') return 'TAPSCRIPT_CHECKMULTISIG'
  const operands = readOperands(m)
  if (typeof operands === 'string') return operands
  const result = matchSignatures(m, operands)
  if (typeof result === 'string') return result
  if (!result && m.has(scriptFlag.NULLFAIL) && hasSignature(m, operands)) return 'NULLFAIL'
  if (m.has(scriptFlag.NULLDUMMY) && m.peek(operands.dummy).length > 0) return 'SIG_NULLDUMMY'
  m.drop(operands.dummy + 1)
  return result
}

const checkMultisig: Handler = m => {
  const result = multisig(m)
  if (typeof result === 'string') return result
  m.pushBoolean(result)
  return undefined
}

const checkMultisigVerify: Handler = m => {
  const result = multisig(m)
  if (typeof result === 'string') return result
  return result ? undefined : 'CHECKMULTISIGVERIFY'
}

/** Operations that check several signatures against several keys; not in tapscripts. */
export const multisigOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_CHECKMULTISIG: checkMultisig,
  OP_CHECKMULTISIGVERIFY: checkMultisigVerify,
}
