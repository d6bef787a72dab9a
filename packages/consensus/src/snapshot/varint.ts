import { DecodeError, type Reader, type Writer } from '@raistone/primitives'

/** Bytes of the longest number: ten times seven bits. */
const MOST_BYTES = 10

/** Seven-bit groups, the lowest first. */
function groupsOf(n: bigint): number[] {
  const groups = [Number(n & 0x7fn)]
  for (let rest = n >> 7n; rest > 0n; rest >>= 7n) {
    rest -= 1n
    groups.push(Number(rest & 0x7fn) | 0x80)
  }
  return groups
}

/**
 * Core's VARINT (serialize.h): seven bits a byte, the highest first, all bytes but the last marked; each further byte
 * counts on from the largest number of those before, so that every number has one form only.
 */
export function writeVarint(writer: Writer, n: bigint): void {
  for (const byte of groupsOf(n).reverse()) writer.u8(byte)
}

export const varintSize = (n: bigint): number => groupsOf(n).length

/** Throws a DecodeError for more than 64 bits. */
export function readVarint(reader: Reader): bigint {
  const start = reader.offset
  let n = 0n
  for (let i = 0; i < MOST_BYTES; i++) {
    const byte = reader.u8()
    n = (n << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80) {
      if (n >> 64n !== 0n) break
      return n
    }
    n += 1n
  }
  throw new DecodeError('a number of more than 64 bits', start)
}
