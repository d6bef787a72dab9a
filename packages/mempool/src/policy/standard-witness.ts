import type { Transaction, TxIn, TxOut } from '@raistone/primitives'
import { ANNEX_TAG, isPayToAnchor, isPayToScriptHash, TAPSCRIPT_LEAF_VERSION, witnessProgram } from '@raistone/script'
import { lastPush } from './last-push.js'

const MAX_WITNESS_SCRIPT = 3600
const MAX_STACK_ITEMS = 100
/** Bytes of a stack item, P2WSH and tapscript. */
const MAX_STACK_ITEM = 80

const itemsFit = (items: readonly Uint8Array[]): boolean => items.every(item => item.length <= MAX_STACK_ITEM)

function scriptHashWitness(stack: readonly Uint8Array[]): boolean {
  const script = stack[stack.length - 1] as Uint8Array
  const items = stack.slice(0, -1)
  return script.length <= MAX_WITNESS_SCRIPT && items.length <= MAX_STACK_ITEMS && itemsFit(items)
}

/** An annex has no meaning yet, so nobody may send one; tapscript arguments are small. */
function taprootWitness(stack: readonly Uint8Array[]): boolean {
  if (stack.length === 1) return true
  const last = stack[stack.length - 1] as Uint8Array
  if (last.length === 0 || last[0] === ANNEX_TAG) return false
  return ((last[0] as number) & 0xfe) !== TAPSCRIPT_LEAF_VERSION || itemsFit(stack.slice(0, -2))
}

function isStandardWitness(input: TxIn, spent: Uint8Array): boolean {
  const nested = isPayToScriptHash(spent)
  const script = nested ? lastPush(input.scriptSig) : spent
  const found = script && witnessProgram(script)
  if (!found || (!nested && isPayToAnchor(found))) return false
  const { version, program } = found
  if (version === 0 && program.length === 32) return scriptHashWitness(input.witness)
  if (version === 1 && program.length === 32 && !nested) return taprootWitness(input.witness)
  return true
}

/** Core's IsWitnessStandard: no witness where none is needed, none that is larger than known scripts need. */
export const witnessesAreStandard = (tx: Transaction, spent: readonly TxOut[]): boolean =>
  tx.inputs.every((input, i) => input.witness.length === 0 || isStandardWitness(input, (spent[i] as TxOut).script))
