import { concatBytes } from '@raistone/primitives'
import { opcode } from '../opcodes/opcode.js'

const { OP_0, OP_1, OP_CHECKSIG, OP_DUP, OP_EQUAL, OP_EQUALVERIFY, OP_HASH160 } = opcode

/** Pays whoever has a key with this 20-byte hash. */
export function p2pkhScript(hash: Uint8Array): Uint8Array {
  const script = new Uint8Array(25)
  script[0] = OP_DUP
  script[1] = OP_HASH160
  script[2] = 20
  script.set(hash, 3)
  script[23] = OP_EQUALVERIFY
  script[24] = OP_CHECKSIG
  return script
}

/** BIP-0016: pays whoever satisfies the script with this 20-byte hash. */
export const p2shScript = (hash: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(OP_HASH160, 20), hash, Uint8Array.of(OP_EQUAL))

/** BIP-0141: a version from 0 to 16 and a program of 2 to 40 bytes. */
export const witnessProgramScript = (version: number, program: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(version === 0 ? OP_0 : OP_1 - 1 + version, program.length), program)

/** BIP-0141: pays whoever has a key with this 20-byte hash. */
export const p2wpkhScript = (hash: Uint8Array): Uint8Array => witnessProgramScript(0, hash)

/** BIP-0141: pays whoever satisfies the script with this 32-byte SHA-256. */
export const p2wshScript = (hash: Uint8Array): Uint8Array => witnessProgramScript(0, hash)

/** BIP-0341: pays the x-only output key, 32 bytes. */
export const p2trScript = (outputKey: Uint8Array): Uint8Array => witnessProgramScript(1, outputKey)

/** BIP-0433: an output without a key, which lets anyone raise a transaction's fee by spending it. */
export const anchorScript = (): Uint8Array => witnessProgramScript(1, Uint8Array.of(0x4e, 0x73))
