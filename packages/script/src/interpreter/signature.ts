import { parseDerLax } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import { hasKeyShape } from '../script/public-key.js'
import { sighash } from '../sighash/hash-type.js'
import { signatureHashLegacy } from '../sighash/legacy.js'
import { signatureHashTaproot, type TapscriptPosition } from '../sighash/taproot.js'
import { signatureHashV0 } from '../sighash/witness-v0.js'
import { hashTypeOf } from './encoding.js'
import type { InputCheck, Machine } from './machine.js'

function digestOf(m: Machine, scriptCode: Uint8Array, hashType: number): Uint8Array {
  const { spend, index } = m.input
  const hash = m.version === 'base' ? signatureHashLegacy : signatureHashV0
  return m.digest(hashType, scriptCode, () => hash(spend, index, scriptCode, hashType))
}

/** Whether the ECDSA signature, with its hash type as last byte, is the key's over this input. */
export function ecdsaHolds(m: Machine, signature: Uint8Array, key: Uint8Array, scriptCode: Uint8Array): boolean {
  if (signature.length === 0 || !hasKeyShape(key)) return false
  const compact = parseDerLax(signature, signature.length - 1)
  if (!compact) return false
  const digest = digestOf(m, scriptCode, hashTypeOf(signature))
  return m.input.curve.verifyEcdsa(compact, digest, key)
}

/** BIP-0341: 64 bytes sign with the default hash type, 65 name another. */
export function checkSchnorr(
  { spend, index, curve }: InputCheck,
  signature: Uint8Array,
  key: Uint8Array,
  annex: Uint8Array | undefined,
  position?: TapscriptPosition,
): ScriptErrorName | undefined {
  const { length } = signature
  if (length !== 64 && length !== 65) return 'SCHNORR_SIG_SIZE'
  const hashType = length === 65 ? (signature[64] as number) : sighash.DEFAULT
  // Two ways to write the same would let others change a transaction's bytes.
  if (length === 65 && hashType === sighash.DEFAULT) return 'SCHNORR_SIG_HASHTYPE'
  const digest = signatureHashTaproot(spend, index, hashType, annex, position)
  if (!digest) return 'SCHNORR_SIG_HASHTYPE'
  const bare = length === 65 ? signature.subarray(0, 64) : signature
  return curve.verifySchnorr(bare, digest, key) ? undefined : 'SCHNORR_SIG'
}
