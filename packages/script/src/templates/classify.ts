import { opcode } from '../opcodes/opcode.js'
import { ScriptCursor } from '../script/cursor.js'
import { isPayToAnchor, isPayToScriptHash, isPushOnly, type WitnessProgram, witnessProgram } from '../script/form.js'
import { MAX_KEYS_PER_MULTISIG } from '../script/limits.js'
import { parseScriptNumber } from '../script/number.js'
import { hasKeyShape } from '../script/public-key.js'
import { isMinimalPush } from '../script/push.js'

/** What an output's script is, under Core's names, with what it pays to. */
export type ScriptClass =
  | { readonly type: 'pubkey'; readonly publicKey: Uint8Array }
  | { readonly type: 'pubkeyhash' | 'scripthash'; readonly hash: Uint8Array }
  | { readonly type: 'multisig'; readonly required: number; readonly publicKeys: readonly Uint8Array[] }
  | {
      readonly type:
        | 'witness_v0_keyhash'
        | 'witness_v0_scripthash'
        | 'witness_v1_taproot'
        | 'anchor'
        | 'witness_unknown'
      readonly version: number
      readonly program: Uint8Array
    }
  | { readonly type: 'nulldata' | 'nonstandard' }

export type ScriptTypeName = ScriptClass['type']

function classifyProgram(found: WitnessProgram): ScriptClass {
  const { version, program } = found
  const { length } = program
  if (version === 0 && length === 20) return { type: 'witness_v0_keyhash', ...found }
  if (version === 0 && length === 32) return { type: 'witness_v0_scripthash', ...found }
  if (version === 0) return { type: 'nonstandard' }
  if (version === 1 && length === 32) return { type: 'witness_v1_taproot', ...found }
  return { type: isPayToAnchor(found) ? 'anchor' : 'witness_unknown', ...found }
}

/** The key of a `<key> CHECKSIG` script. */
function payToKey(script: Uint8Array): Uint8Array | undefined {
  const { length } = script
  if ((length !== 35 && length !== 67) || script[0] !== length - 2) return undefined
  const key = script.subarray(1, length - 1)
  return script[length - 1] === opcode.OP_CHECKSIG && hasKeyShape(key) ? key : undefined
}

const isPayToKeyHash = (script: Uint8Array): boolean =>
  script.length === 25 &&
  script[0] === opcode.OP_DUP &&
  script[1] === opcode.OP_HASH160 &&
  script[2] === 20 &&
  script[23] === opcode.OP_EQUALVERIFY &&
  script[24] === opcode.OP_CHECKSIG

/** The count that the current operation pushes, if minimally and within the limits. */
function countAt(at: ScriptCursor, least: number): number | undefined {
  const { op } = at
  let count: number | undefined
  if (op >= opcode.OP_1 && op <= opcode.OP_16) count = op - opcode.OP_1 + 1
  else if (op > opcode.OP_0 && op <= opcode.OP_PUSHDATA4 && isMinimalPush(at)) count = parseScriptNumber(at.data, true)
  return count !== undefined && count >= least && count <= MAX_KEYS_PER_MULTISIG ? count : undefined
}

function payToMultisig(script: Uint8Array): ScriptClass | undefined {
  if (script[script.length - 1] !== opcode.OP_CHECKMULTISIG) return undefined
  const at = new ScriptCursor(script)
  const required = at.advance() ? countAt(at, 1) : undefined
  if (required === undefined) return undefined
  const publicKeys: Uint8Array[] = []
  while (at.advance() && hasKeyShape(at.data)) publicKeys.push(at.data)
  if (at.broken || countAt(at, required) !== publicKeys.length || at.next + 1 !== script.length) return undefined
  return { type: 'multisig', required, publicKeys }
}

/** Core's Solver: the standard form that the script has. */
export function classifyScript(script: Uint8Array): ScriptClass {
  if (isPayToScriptHash(script)) return { type: 'scripthash', hash: script.subarray(2, 22) }
  const program = witnessProgram(script)
  if (program) return classifyProgram(program)
  if (script[0] === opcode.OP_RETURN && isPushOnly(script, 1)) return { type: 'nulldata' }
  const publicKey = payToKey(script)
  if (publicKey) return { type: 'pubkey', publicKey }
  if (isPayToKeyHash(script)) return { type: 'pubkeyhash', hash: script.subarray(3, 23) }
  return payToMultisig(script) ?? { type: 'nonstandard' }
}
