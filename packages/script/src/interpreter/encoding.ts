import { isLowS, isStrictDer, parseDerLax } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import { scriptFlag } from '../flags.js'
import { isCompressedKey, isUncompressedKey } from '../script/public-key.js'
import { isDefinedHashType } from '../sighash/hash-type.js'
import type { Machine } from './machine.js'

/** The last byte of a signature before BIP-0342; a signature that is checked for it has one. */
export const hashTypeOf = (signature: Uint8Array): number => signature[signature.length - 1] as number

const { DERSIG, LOW_S, STRICTENC, WITNESS_PUBKEYTYPE } = scriptFlag

/** DERSIG, LOW_S and STRICTENC. The empty signature is always well-formed: it is how a check is made to fail. */
export function checkSignatureEncoding(m: Machine, signature: Uint8Array): ScriptErrorName | undefined {
  if (signature.length === 0) return undefined
  if (m.has(DERSIG | LOW_S | STRICTENC) && !isStrictDer(signature)) return 'SIG_DER'
  if (m.has(LOW_S)) {
    const compact = parseDerLax(signature, signature.length - 1)
    if (!compact || !isLowS(compact)) return 'SIG_HIGH_S'
  }
  return m.has(STRICTENC) && !isDefinedHashType(hashTypeOf(signature)) ? 'SIG_HASHTYPE' : undefined
}

/** STRICTENC, and WITNESS_PUBKEYTYPE in version 0 programs. */
export function checkKeyEncoding(m: Machine, key: Uint8Array): ScriptErrorName | undefined {
  if (m.has(STRICTENC) && !isCompressedKey(key) && !isUncompressedKey(key)) return 'PUBKEYTYPE'
  if (m.version === 'witness-v0' && m.has(WITNESS_PUBKEYTYPE) && !isCompressedKey(key)) return 'WITNESS_PUBKEYTYPE'
  return undefined
}
