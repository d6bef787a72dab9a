import { equalBytes, sha256, type TxIn } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { isPayToAnchor, type WitnessProgram } from '../script/form.js'
import { p2pkhScript } from '../templates/scripts.js'
import type { InputCheck } from './machine.js'
import { checkTaproot } from './taproot.js'
import { runWitnessScript } from './witness-script.js'

const KEY_HASH_SIZE = 20
const SCRIPT_HASH_SIZE = 32
const OUTPUT_KEY_SIZE = 32

/** BIP-0141: the witness's last item is the script with that hash, the others are its stack. */
function checkScriptHash(check: InputCheck, hash: Uint8Array, input: TxIn): ScriptErrorName | undefined {
  const { witness } = input
  const script = witness[witness.length - 1]
  if (!script) return 'WITNESS_PROGRAM_WITNESS_EMPTY'
  if (!equalBytes(sha256(script), hash)) return 'WITNESS_PROGRAM_MISMATCH'
  return runWitnessScript(check, 'witness-v0', script, witness.slice(0, -1))
}

/** BIP-0141: signature and key, as for a P2PKH output. */
function checkKeyHash(check: InputCheck, hash: Uint8Array, input: TxIn): ScriptErrorName | undefined {
  if (input.witness.length !== 2) return 'WITNESS_PROGRAM_MISMATCH'
  return runWitnessScript(check, 'witness-v0', p2pkhScript(hash), input.witness.slice())
}

function checkVersion0(check: InputCheck, program: Uint8Array, input: TxIn): ScriptErrorName | undefined {
  if (program.length === SCRIPT_HASH_SIZE) return checkScriptHash(check, program, input)
  if (program.length === KEY_HASH_SIZE) return checkKeyHash(check, program, input)
  return 'WITNESS_PROGRAM_WRONG_LENGTH'
}

/** BIP-0141, BIP-0341. Versions and lengths without a meaning yet are spendable by anyone. */
export function checkWitnessProgram(
  check: InputCheck,
  found: WitnessProgram,
  input: TxIn,
  nested: boolean,
): ScriptErrorName | undefined {
  const { version, program } = found
  if (version === 0) return checkVersion0(check, program, input)
  if (version === 1 && program.length === OUTPUT_KEY_SIZE && !nested)
    return check.flags & scriptFlag.TAPROOT ? checkTaproot(check, program, input) : undefined
  if (isPayToAnchor(found) && !nested) return undefined
  return check.flags & scriptFlag.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM
    ? 'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM'
    : undefined
}
