import { type Codec, compactSizeLength, DecodeError } from '@raistone/primitives'

const toBytes = new TextEncoder()
const toText = new TextDecoder('utf-8')

/** Control characters would reach logs and terminals. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?')

/** Printable ASCII behind its length, at most `most` bytes; anything else in it is read as `?`. */
export const encodedText = (most: number): Codec<string> => ({
  size: value => compactSizeLength(bounded(value, most).length) + bounded(value, most).length,
  write: (w, value) => {
    const bytes = bounded(value, most)
    w.compactSize(bytes.length)
    w.raw(bytes)
  },
  read: r => {
    const start = r.offset
    const length = r.compactSize()
    if (length > most) throw new DecodeError(`text of ${length} bytes, at most ${most} allowed`, start)
    return printable(toText.decode(r.raw(length)))
  },
})

const bounded = (value: string, most: number): Uint8Array => toBytes.encode(printable(value)).subarray(0, most)
