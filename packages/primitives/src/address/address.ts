import { concatBytes } from '../codec/bytes.js'
import { decodeBase58, decodeBase58Check, encodeBase58Check } from './base58check.js'
import { type AddressError, decodeSegwit, encodeSegwit, parseWitnessProgram, witnessProgramScript } from './segwit.js'

/** What tells one chain's addresses from another's. */
export interface AddressVersions {
  /** Version byte of P2PKH addresses. */
  readonly pubkeyHash: number
  /** Version byte of P2SH addresses. */
  readonly scriptHash: number
  /** Human-readable part of witness addresses, lower case. */
  readonly hrp: string
}

const HASH_LENGTH = 20
/** Core looks at this many bytes to tell a damaged base58 address from something else. */
const MAX_DAMAGED = 100

/** The bytes around the hash in the two scripts that have base58 addresses. */
const templates = [
  { versionOf: 'pubkeyHash', before: Uint8Array.of(0x76, 0xa9, 0x14), after: Uint8Array.of(0x88, 0xac) },
  { versionOf: 'scriptHash', before: Uint8Array.of(0xa9, 0x14), after: Uint8Array.of(0x87) },
] as const

type Template = (typeof templates)[number]

const matches = (script: Uint8Array, { before, after }: Template): boolean =>
  script.length === before.length + HASH_LENGTH + after.length &&
  before.every((byte, i) => script[i] === byte) &&
  after.every((byte, i) => script[before.length + HASH_LENGTH + i] === byte)

/** The address that a script has: P2PKH, P2SH and witness programs; undefined for all others. */
export function scriptToAddress(script: Uint8Array, versions: AddressVersions): string | undefined {
  const witness = parseWitnessProgram(script)
  if (witness) {
    const { length } = witness.program
    const known = witness.version !== 0 || length === 20 || length === 32
    return known ? encodeSegwit(versions.hrp, witness) : undefined
  }
  const template = templates.find(row => matches(script, row))
  if (!template) return undefined
  const hash = script.subarray(template.before.length, template.before.length + HASH_LENGTH)
  return encodeBase58Check(concatBytes(Uint8Array.of(versions[template.versionOf]), hash))
}

function decodeBase58Address(text: string, versions: AddressVersions): { script: Uint8Array } | AddressError {
  const payload = decodeBase58Check(text, 1 + HASH_LENGTH)
  if (!payload)
    return {
      error: decodeBase58(text, MAX_DAMAGED)
        ? 'Invalid checksum or length for Base58 address (P2PKH or P2SH)'
        : 'Invalid or unsupported Segwit (Bech32) or Base58 encoding.',
    }
  const template = templates.find(({ versionOf }) => versions[versionOf] === payload[0])
  if (!template) return { error: 'Invalid or unsupported Base58-encoded address.' }
  if (payload.length !== 1 + HASH_LENGTH) return { error: 'Invalid length for Base58 address (P2PKH or P2SH)' }
  return { script: concatBytes(template.before, payload.subarray(1), template.after) }
}

/** The script that an address of this chain pays to, or why there is none, in the words of Core's `validateaddress`. */
export function addressToScript(text: string, versions: AddressVersions): { script: Uint8Array } | AddressError {
  const { hrp } = versions
  if (text.slice(0, hrp.length).toLowerCase() !== hrp) return decodeBase58Address(text, versions)
  const found = decodeSegwit(text, hrp)
  return 'error' in found ? found : { script: witnessProgramScript(found) }
}
