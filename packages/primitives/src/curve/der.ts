import { GROUP_ORDER, readNumber } from './field.js'

const INTEGER = 0x02
const SEQUENCE = 0x30

/** Position and length of an integer's bytes, and where to go on. */
interface Span {
  readonly from: number
  readonly length: number
}

/** A tag and a length as the first client's library read them: long forms and leading zero bytes included. */
function readIntegerLax(sig: Uint8Array, start: number, end: number): Span | undefined {
  let at = start
  if (at >= end || sig[at++] !== INTEGER) return undefined
  if (at >= end) return undefined
  const first = sig[at++] as number
  let length = first
  if (first & 0x80) {
    let count = first - 0x80
    if (count > end - at) return undefined
    while (count > 0 && sig[at] === 0) {
      at++
      count--
    }
    if (count >= 4) return undefined
    for (length = 0; count > 0; count--) length = length * 256 + (sig[at++] as number)
  }
  return length > end - at ? undefined : { from: at, length }
}

/** Copies an integer right-aligned into 32 bytes; false if it does not fit. */
function copyInteger(sig: Uint8Array, { from, length }: Span, into: Uint8Array, end: number): boolean {
  const last = from + length
  let start = from
  while (start < last && sig[start] === 0) start++
  if (last - start > 32) return false
  for (let i = start; i < last; i++) into[end - last + i] = sig[i] as number
  return true
}

/** Whether the 32 bytes at `offset` are less than the group's order, which begins with bytes of ones. */
const isScalar = (bytes: Uint8Array, offset: number): boolean =>
  (bytes[offset] as number) < 0xff || readNumber(bytes, offset) < GROUP_ORDER

/**
 * r ‖ s of an ECDSA signature without its hash type, read as laxly as the first client did: lengths in any form,
 * the outer length ignored, anything after s ignored, integers never negative. Undefined if it cannot be read at
 * all. Numbers that are no scalars give 64 zero bytes, which no key verifies (ecdsa_signature_parse_der_lax). What lies
 * from `end` on is not looked at.
 */
export function parseDerLax(sig: Uint8Array, end = sig.length): Uint8Array | undefined {
  if (end < 2 || sig[0] !== SEQUENCE) return undefined
  const outer = sig[1] as number
  const skipped = outer & 0x80 ? outer - 0x80 : 0
  if (skipped > end - 2) return undefined
  const r = readIntegerLax(sig, 2 + skipped, end)
  const s = r && readIntegerLax(sig, r.from + r.length, end)
  if (!s) return undefined
  const compact = new Uint8Array(64)
  const fits = copyInteger(sig, r, compact, 32) && copyInteger(sig, s, compact, 64)
  const inRange = fits && isScalar(compact, 0) && isScalar(compact, 32)
  return inRange ? compact : new Uint8Array(64)
}

/** One integer of BIP-0066 at `at`: not negative, not padded more than its sign needs. */
function isStrictInteger(sig: Uint8Array, at: number, length: number): boolean {
  if (sig[at - 2] !== INTEGER || length === 0) return false
  const first = sig[at] as number
  if (first & 0x80) return false
  return !(length > 1 && first === 0 && ((sig[at + 1] as number) & 0x80) === 0)
}

/** BIP-0066: whether a signature with its hash type as last byte is in strict DER. The numbers may be any size. */
export function isStrictDer(sigWithHashType: Uint8Array): boolean {
  const sig = sigWithHashType
  if (sig.length < 9 || sig.length > 73) return false
  if (sig[0] !== SEQUENCE || sig[1] !== sig.length - 3) return false
  const rLength = sig[3] as number
  if (5 + rLength >= sig.length) return false
  const sLength = sig[5 + rLength] as number
  if (rLength + sLength + 7 !== sig.length) return false
  return isStrictInteger(sig, 4, rLength) && isStrictInteger(sig, 6 + rLength, sLength)
}

/** BIP-0062 rule 5: whether s of r ‖ s is in the lower half of the scalars. */
export const isLowS = (compact64: Uint8Array): boolean => readNumber(compact64, 32) <= GROUP_ORDER >> 1n

function encodeInteger(number: Uint8Array): Uint8Array {
  let start = 0
  while (start < 31 && number[start] === 0) start++
  const digits = number.subarray(start)
  const signByte = (digits[0] as number) & 0x80 ? 1 : 0
  const out = new Uint8Array(2 + signByte + digits.length)
  out[0] = INTEGER
  out[1] = signByte + digits.length
  out.set(digits, 2 + signByte)
  return out
}

/** Strict DER of r ‖ s, without a hash type. */
export function encodeDer(compact64: Uint8Array): Uint8Array {
  const r = encodeInteger(compact64.subarray(0, 32))
  const s = encodeInteger(compact64.subarray(32, 64))
  const out = new Uint8Array(2 + r.length + s.length)
  out.set([SEQUENCE, r.length + s.length])
  out.set(r, 2)
  out.set(s, 2 + r.length)
  return out
}
