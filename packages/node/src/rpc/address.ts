import { addressToScript, scriptToAddress, toHex } from '@raistone/primitives'
import type { Handlers, JsonObject } from '@raistone/rpc'
import { classifyScript, type ScriptClass } from '@raistone/script'
import type { RpcContext } from './context.js'

const isProgram = (found: ScriptClass): found is Extract<ScriptClass, { program: Uint8Array }> => 'program' in found

/** Whether it pays to a script, in Core's sense: taproot and anchors do, a witness of the future cannot be known to. */
function paysToScript({ type }: ScriptClass): boolean | undefined {
  if (type === 'witness_unknown') return undefined
  return type !== 'pubkeyhash' && type !== 'witness_v0_keyhash'
}

function describe(text: string, { params }: RpcContext): JsonObject {
  const answer = addressToScript(text, params.address)
  if ('error' in answer) return { isvalid: false, error_locations: answer.locations ?? [], error: answer.error }
  const found = classifyScript(answer.script)
  return {
    isvalid: true,
    address: scriptToAddress(answer.script, params.address) ?? text,
    scriptPubKey: toHex(answer.script),
    isscript: paysToScript(found),
    iswitness: isProgram(found),
    ...(isProgram(found) && found.type !== 'anchor'
      ? { witness_version: found.version, witness_program: toHex(found.program) }
      : {}),
  }
}

/** What can be asked about addresses. */
export function addressHandlers(context: RpcContext): Pick<Handlers, 'validateaddress'> {
  return { validateaddress: ({ address }) => describe(address, context) }
}
