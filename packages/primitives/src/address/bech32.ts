const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_LENGTH = 6
const MAX_LENGTH = 90

/** BIP-0173 for witness version 0, BIP-0350 from version 1 on: they differ in the checksum's final constant. */
export type Bech32Variant = 'bech32' | 'bech32m'
export const checksumConstants: Readonly<Record<Bech32Variant, number>> = { bech32: 1, bech32m: 0x2bc830a3 }

const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const

/** One step of the checksum, a remainder of polynomials over GF(32); linear in state and value. */
export function checksumStep(state: number, value: number): number {
  const top = state >>> 25
  let next = ((state & 0x1ffffff) << 5) ^ value
  for (let i = 0; i < 5; i++) if ((top >> i) & 1) next ^= generator[i] as number
  return next
}

const expandPrefix = (prefix: string): number[] => {
  const codes = [...prefix].map(letter => letter.charCodeAt(0))
  return [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)]
}

/** The checksum state after prefix and values; a right string ends in its variant's constant. */
export const checksumState = (prefix: string, values: readonly number[]): number =>
  [...expandPrefix(prefix), ...values].reduce(checksumStep, 1)

/** What a string says, its checksum not judged yet. */
export interface Bech32Parts {
  /** In lower case. */
  readonly prefix: string
  /** Five-bit values, the six of the checksum included. */
  readonly values: readonly number[]
}

/** Takes a string apart; a string answer is Core's words for why it cannot be. */
export function splitBech32(text: string): Bech32Parts | string {
  if (text.length > MAX_LENGTH) return 'Bech32 string too long'
  const lower = text.toLowerCase()
  if (!/^[\x21-\x7e]*$/.test(text) || (text !== lower && text !== text.toUpperCase()))
    return 'Invalid character or mixed case'
  const separator = lower.lastIndexOf('1')
  if (separator < 0) return 'Missing separator'
  if (separator === 0 || separator + CHECKSUM_LENGTH >= lower.length) return 'Invalid separator position'
  const values = [...lower.slice(separator + 1)].map(letter => CHARSET.indexOf(letter))
  if (values.includes(-1)) return 'Invalid Base 32 character'
  return { prefix: lower.slice(0, separator), values }
}

/** Which checksum the string has; undefined if neither. */
export function bech32Variant({ prefix, values }: Bech32Parts): Bech32Variant | undefined {
  const state = checksumState(prefix, values)
  if (state === checksumConstants.bech32) return 'bech32'
  return state === checksumConstants.bech32m ? 'bech32m' : undefined
}

/** The values without their checksum. */
export const bech32Data = ({ values }: Bech32Parts): readonly number[] => values.slice(0, -CHECKSUM_LENGTH)

export function encodeBech32(prefix: string, data: readonly number[], variant: Bech32Variant): string {
  const state = checksumState(prefix, [...data, 0, 0, 0, 0, 0, 0]) ^ checksumConstants[variant]
  const checksum = Array.from({ length: CHECKSUM_LENGTH }, (_, i) => (state >>> (5 * (5 - i))) & 31)
  return `${prefix}1${[...data, ...checksum].map(value => CHARSET[value]).join('')}`
}

/** Bytes as five-bit values, the last filled with zero bits. */
export function toFiveBits(bytes: Uint8Array): number[] {
  const out: number[] = []
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; ) out.push((held >> (bits -= 5)) & 31)
    held &= 31
  }
  if (bits > 0) out.push((held << (5 - bits)) & 31)
  return out
}

/** Five-bit values as bytes; undefined if five or more bits are left over, or bits that are not zero. */
export function fromFiveBits(values: readonly number[]): Uint8Array | undefined {
  const out: number[] = []
  let held = 0
  let bits = 0
  for (const value of values) {
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) out.push((held >> (bits -= 8)) & 255)
  }
  return bits >= 5 || (held & ((1 << bits) - 1)) !== 0 ? undefined : Uint8Array.from(out)
}
