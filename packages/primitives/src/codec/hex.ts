import { DecodeError } from './decode-error.js'

const digits = new TextEncoder().encode('0123456789abcdef')
const ascii = new TextDecoder('latin1')

const digitValue = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Lower-case hex of the bytes in their order. One flat string: pieces concatenated make Map look-ups slow. */
export function toHex(bytes: Uint8Array): string {
  const out = new Uint8Array(bytes.length * 2)
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    out[2 * i] = digits[byte >> 4] as number
    out[2 * i + 1] = digits[byte & 15] as number
  }
  return ascii.decode(out)
}

/** Lower-case hex of the bytes last to first: how Bitcoin displays hashes. */
export const toDisplayHex = (bytes: Uint8Array): string => toHex(Uint8Array.from(bytes).reverse())

/** Bytes of a hex string of either case; throws a DecodeError that names the offset of the first bad digit. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new DecodeError('odd number of hex digits', hex.length)
  const out = new Uint8Array(hex.length / 2)
  for (let i = 0; i < out.length; i++) {
    const high = digitValue(hex.charCodeAt(2 * i))
    const low = digitValue(hex.charCodeAt(2 * i + 1))
    if (high < 0 || low < 0) throw new DecodeError('not a hex digit', high < 0 ? 2 * i : 2 * i + 1)
    out[i] = high * 16 + low
  }
  return out
}

/** The inverse of `toDisplayHex`. */
export const fromDisplayHex = (hex: string): Uint8Array => fromHex(hex).reverse()
