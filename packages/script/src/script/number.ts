import { emptyBytes } from '@raistone/primitives'

/** Longest number that arithmetic takes, in bytes; OP_CHECKLOCKTIMEVERIFY and OP_CHECKSEQUENCEVERIFY take five. */
export const MAX_NUMBER_LENGTH = 4

/** Little-endian magnitude whose top bit is the sign; zero is empty (CScriptNum). */
function encodeNumber(value: bigint): Uint8Array {
  if (value === 0n) return emptyBytes
  const bytes: number[] = []
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn))
  const top = bytes.length - 1
  const sign = value < 0n ? 0x80 : 0
  if ((bytes[top] as number) & 0x80) bytes.push(sign)
  else bytes[top] = (bytes[top] as number) | sign
  return Uint8Array.from(bytes)
}

const smallest = -1
const small: readonly Uint8Array[] = Array.from({ length: 18 }, (_, i) => encodeNumber(BigInt(i + smallest)))

/** Shortest encoding of an integer as scripts hold numbers. The array may be shared: do not write to it. */
export const scriptNumber = (value: bigint | number): Uint8Array =>
  (typeof value === 'number' ? small[value - smallest] : undefined) ?? encodeNumber(BigInt(value))

/** Whether no shorter encoding of the same number exists. */
export function isMinimalNumber(bytes: Uint8Array): boolean {
  const top = bytes.length - 1
  if (top < 0 || ((bytes[top] as number) & 0x7f) !== 0) return true
  // A top byte of only the sign is needed where the byte below uses its own top bit.
  return top > 0 && ((bytes[top - 1] as number) & 0x80) !== 0
}

/**
 * The number in the bytes; undefined if there are more than `maxLength` (at most 6) or, with `minimal`, a shorter
 * encoding exists. Results of arithmetic may be a byte longer than its operands, so they can be read back as bytes only.
 */
export function parseScriptNumber(
  bytes: Uint8Array,
  minimal: boolean,
  maxLength = MAX_NUMBER_LENGTH,
): number | undefined {
  const { length } = bytes
  if (length > maxLength || length > 6) return undefined
  if (length === 0) return 0
  if (minimal && !isMinimalNumber(bytes)) return undefined
  const top = bytes[length - 1] as number
  let magnitude = top & 0x7f
  for (let i = length - 2; i >= 0; i--) magnitude = magnitude * 256 + (bytes[i] as number)
  // Zero minus, for the encoding has a negative zero and JavaScript another.
  return top & 0x80 ? 0 - magnitude : magnitude
}
