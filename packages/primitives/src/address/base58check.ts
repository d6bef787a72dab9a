import { base58 } from '@scure/base'
import { concatBytes, equalBytes } from '../codec/bytes.js'
import { hash256 } from '../hash/hash.js'

/** Decoding takes time with the square of the length: whoever asks for so many bytes needs no more characters. */
const charactersFor = (bytes: number): number => Math.ceil((bytes * 138) / 100) + 1

/** Bytes of base58 text, blanks around it ignored; undefined if it is none or would be more than `most` bytes. */
export function decodeBase58(text: string, most: number): Uint8Array | undefined {
  const trimmed = text.replace(/^[ \f\n\r\t\v]+|[ \f\n\r\t\v]+$/g, '')
  if (trimmed.length > charactersFor(most) || !/^[1-9A-HJ-NP-Za-km-z]*$/.test(trimmed)) return undefined
  const bytes = base58.decode(trimmed)
  return bytes.length > most ? undefined : bytes
}

export const encodeBase58 = (bytes: Uint8Array): string => base58.encode(bytes)

const checksum = (payload: Uint8Array): Uint8Array => hash256(payload).subarray(0, 4)

/** The payload before a right checksum (four bytes of its double SHA-256); undefined otherwise. */
export function decodeBase58Check(text: string, most: number): Uint8Array | undefined {
  const bytes = decodeBase58(text, most + 4)
  if (!bytes || bytes.length < 4) return undefined
  const payload = bytes.subarray(0, -4)
  return equalBytes(checksum(payload), bytes.subarray(-4)) ? payload : undefined
}

export const encodeBase58Check = (payload: Uint8Array): string => encodeBase58(concatBytes(payload, checksum(payload)))
