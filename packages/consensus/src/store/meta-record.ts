import { crc32c } from './crc32c.js'
import { prefixedKey } from './database.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The key of a fact about the whole store. */
export const metaKey = (name: string): Uint8Array => prefixedKey('m', encoder.encode(name))

const checksum = (key: Uint8Array, text: string): string =>
  crc32c(key, encoder.encode(text)).toString(16).padStart(8, '0')

/** The text, a space, and a checksum over it and the key in hex. */
export const encodeMeta = (key: Uint8Array, text: string): Uint8Array =>
  encoder.encode(`${text} ${checksum(key, text)}`)

/**
 * The text; undefined if there is none, or it is not what was written. The first replicas have texts without a checksum:
 * what looks like one of `plain` is taken as it is.
 */
export function decodeMeta(key: Uint8Array, record: Uint8Array | undefined, plain: RegExp): string | undefined {
  if (!record) return undefined
  const whole = decoder.decode(record)
  const [, text, sum] = /^(.*) ([0-9a-f]{8})$/.exec(whole) ?? []
  if (text !== undefined) return sum === checksum(key, text) ? text : undefined
  return plain.test(whole) ? whole : undefined
}
