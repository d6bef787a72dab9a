import { DecodeError } from './decode-error.js'

const digits = new TextEncoder().encode('0123456789abcdef')
const ascii = new TextDecoder('latin1')

/** The value of each ASCII character as a hex digit of either case; -1 for the others. */
const values = new Int8Array(128).fill(-1)
for (const [value, lower] of digits.entries()) {
  values[lower] = value
  values[String.fromCharCode(lower).toUpperCase().charCodeAt(0)] = value
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

const ID_BYTES = 32
/** Written over for each id: making an array for each took as long as all the rest. */
const idDigits = new Uint8Array(2 * ID_BYTES)

/** The 32 bytes from `at` on as an id: lower-case hex, last byte first. */
export function idAt(bytes: Uint8Array, at: number): string {
  for (let i = 0; i < ID_BYTES; i++) {
    const byte = bytes[at + ID_BYTES - 1 - i] as number
    idDigits[2 * i] = digits[byte >> 4] as number
    idDigits[2 * i + 1] = digits[byte & 15] as number
  }
  return ascii.decode(idDigits)
}

/** Lower-case hex of the bytes last to first: how Bitcoin displays hashes. */
export const toDisplayHex = (bytes: Uint8Array): string =>
  bytes.length === ID_BYTES ? idAt(bytes, 0) : toHex(Uint8Array.from(bytes).reverse())

/** Fills the bytes, in their order or, with a step of -1, last to first; throws a DecodeError at the first bad digit. */
function readDigits(hex: string, out: Uint8Array, first: number, step: 1 | -1): void {
  for (let i = 0, at = first; i < hex.length; i += 2, at += step) {
    const high = values[hex.charCodeAt(i)] ?? -1
    const low = values[hex.charCodeAt(i + 1)] ?? -1
    if (high < 0 || low < 0) throw new DecodeError('not a hex digit', high < 0 ? i : i + 1)
    out[at] = high * 16 + low
  }
}

const sizeOf = (hex: string): number => {
  if (hex.length % 2 !== 0) throw new DecodeError('odd number of hex digits', hex.length)
  return hex.length / 2
}

/** Bytes of a hex string of either case; throws a DecodeError that names the offset of the first bad digit. */
export function fromHex(hex: string): Uint8Array {
  const out = new Uint8Array(sizeOf(hex))
  readDigits(hex, out, 0, 1)
  return out
}

/** Puts the 32 bytes of an id at a place; throws a DecodeError where it is none. */
export function putId(id: string, out: Uint8Array, at: number): void {
  if (id.length !== 2 * ID_BYTES) throw new DecodeError(`an id has ${2 * ID_BYTES} hex digits`, id.length)
  readDigits(id, out, at + ID_BYTES - 1, -1)
}

/** The inverse of `toDisplayHex`. */
export function fromDisplayHex(hex: string): Uint8Array {
  const out = new Uint8Array(sizeOf(hex))
  readDigits(hex, out, out.length - 1, -1)
  return out
}
