import { bech32Data, bech32Variant, encodeBech32, fromFiveBits, splitBech32, toFiveBits } from './bech32.js'
import { locateErrors } from './bech32-errors.js'

/** BIP-0141: what a witness output's script says. */
export interface WitnessProgram {
  /** 0 to 16. */
  readonly version: number
  /** 2 to 40 bytes; 20 or 32 in version 0. */
  readonly program: Uint8Array
}

/** Why a text is no address, in Core's words, with the positions of wrong characters where they can be told. */
export interface AddressError {
  readonly error: string
  readonly locations?: readonly number[]
}

const MAX_PROGRAM = 40
const bytesText = (n: number): string => `(${n} ${n === 1 ? 'byte' : 'bytes'})`

/** The script of a witness program: its version and one push. */
export function witnessProgramScript({ version, program }: WitnessProgram): Uint8Array {
  const script = new Uint8Array(2 + program.length)
  script[0] = version === 0 ? 0 : 0x50 + version
  script[1] = program.length
  script.set(program, 2)
  return script
}

/** The witness program that a script is, of whatever version; undefined for other scripts. */
export function parseWitnessProgram(script: Uint8Array): WitnessProgram | undefined {
  const first = script[0] as number
  const version = first === 0 ? 0 : first - 0x50
  const inRange = script.length >= 4 && script.length <= 2 + MAX_PROGRAM && script[1] === script.length - 2
  if (!inRange || (first !== 0 && (version < 1 || version > 16))) return undefined
  return { version, program: script.subarray(2) }
}

/** BIP-0350 address of a witness program. */
export const encodeSegwit = (prefix: string, { version, program }: WitnessProgram): string =>
  encodeBech32(prefix, [version, ...toFiveBits(program)], version === 0 ? 'bech32' : 'bech32m')

function checkProgram({ version, program }: WitnessProgram): AddressError | undefined {
  const { length } = program
  if (version === 0)
    return length === 20 || length === 32
      ? undefined
      : { error: `Invalid Bech32 v0 address program size ${bytesText(length)}, per BIP141` }
  if (version > 16) return { error: 'Invalid Bech32 address witness version' }
  return length < 2 || length > MAX_PROGRAM
    ? { error: `Invalid Bech32 address program size ${bytesText(length)}` }
    : undefined
}

const variantNames = { bech32: 'Bech32', bech32m: 'Bech32m' } as const

/** BIP-0173 and BIP-0350: the witness program of an address with this prefix. */
export function decodeSegwit(text: string, prefix: string): WitnessProgram | AddressError {
  const parts = splitBech32(text)
  if (typeof parts === 'string') return { error: parts }
  const variant = bech32Variant(parts)
  if (!variant) {
    const found = locateErrors(parts)
    const name = found.variant ? `${variantNames[found.variant]} ` : ''
    return { error: `Invalid ${name}checksum`, locations: found.positions }
  }
  const [version, ...rest] = bech32Data(parts)
  if (version === undefined) return { error: 'Empty Bech32 data section' }
  if (parts.prefix !== prefix)
    return {
      error: `Invalid or unsupported prefix for Segwit (Bech32) address (expected ${prefix}, got ${parts.prefix}).`,
    }
  if (version === 0 && variant !== 'bech32') return { error: 'Version 0 witness address must use Bech32 checksum' }
  if (version !== 0 && variant !== 'bech32m') return { error: 'Version 1+ witness address must use Bech32m checksum' }
  const program = fromFiveBits(rest)
  if (!program) return { error: 'Invalid padding in Bech32 data section' }
  return checkProgram({ version, program }) ?? { version, program }
}
