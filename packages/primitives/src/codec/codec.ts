import { DecodeError } from './decode-error.js'
import { Reader } from './reader.js'
import { compactSizeLength, Writer } from './writer.js'

/** A wire format, declared once: how long a value is, how to write it and how to read it back. Shape only, no rules. */
export interface Codec<T> {
  size(value: T): number
  write(writer: Writer, value: T): void
  read(reader: Reader): T
}

/** The type that a codec reads and writes. */
export type Of<C> = C extends Codec<infer T> ? T : never

const fixed = <T>(length: number, write: (w: Writer, value: T) => void, read: (r: Reader) => T): Codec<T> => ({
  size: () => length,
  write,
  read,
})

export const u8: Codec<number> = fixed(
  1,
  (w, n) => w.u8(n),
  r => r.u8(),
)
export const u16: Codec<number> = fixed(
  2,
  (w, n) => w.u16(n),
  r => r.u16(),
)
export const u32: Codec<number> = fixed(
  4,
  (w, n) => w.u32(n),
  r => r.u32(),
)
export const i32: Codec<number> = fixed(
  4,
  (w, n) => w.i32(n),
  r => r.i32(),
)
export const u64: Codec<bigint> = fixed(
  8,
  (w, n) => w.u64(n),
  r => r.u64(),
)
export const i64: Codec<bigint> = fixed(
  8,
  (w, n) => w.i64(n),
  r => r.i64(),
)

export const compactSize: Codec<number> = {
  size: compactSizeLength,
  write: (w, n) => w.compactSize(n),
  read: r => r.compactSize(),
}

/** A 32-byte hash as a string in display order, branded by its user. */
export const hash32 = <Id extends string>(): Codec<Id> =>
  fixed(
    32,
    (w, id) => w.id(id),
    r => r.id() as Id,
  )

/** Exactly `length` bytes. */
export const bytes = (length: number): Codec<Uint8Array> =>
  fixed(
    length,
    (w, value) => w.raw(value),
    r => r.raw(length),
  )

/** Bytes behind their length. */
export const varBytes: Codec<Uint8Array> = {
  size: value => compactSizeLength(value.length) + value.length,
  write: (w, value) => {
    w.compactSize(value.length)
    w.raw(value)
  },
  read: r => r.raw(r.compactSize()),
}

/**
 * Room for a list of as many items. Lists are copies of it, for those that `[]` or `new Array` made would soon be made
 * among V8's old objects, because the ones before them were in use for a while; and there a list that nobody uses any
 * more keeps all its items until the next full collection.
 */
const room: unknown[] = new Array(16)

/** A list behind its length; `most` bounds it before anything is read. */
export const vector = <T>(item: Codec<T>, most = Number.POSITIVE_INFINITY): Codec<readonly T[]> => ({
  size: values => values.reduce((sum, value) => sum + item.size(value), compactSizeLength(values.length)),
  write: (w, values) => {
    w.compactSize(values.length)
    for (const value of values) item.write(w, value)
  },
  read: r => {
    const start = r.offset
    const count = r.compactSize()
    if (count > most) throw new DecodeError(`list of ${count}, at most ${most} allowed`, start)
    // A short list gets the room that it needs and no more; a long one grows, for its count may be a lie.
    const out = room.slice(0, count <= room.length ? count : 0) as T[]
    for (let i = 0; i < count; i++) out[i] = item.read(r)
    return out
  },
})

// biome-ignore lint/suspicious/noExplicitAny: the field types are recovered by Of<>; nothing else is assumed of them
type Fields = Record<string, Codec<any>>

/** Fields one after the other, in the order they are declared. */
export function struct<F extends Fields>(fields: F): Codec<{ readonly [K in keyof F]: Of<F[K]> }> {
  const names = Object.keys(fields)
  const codecs = Object.values(fields)
  return {
    size: value => names.reduce((sum, name, i) => sum + (codecs[i] as F[string]).size(value[name]), 0),
    write: (w, value) => {
      for (let i = 0; i < names.length; i++) (codecs[i] as F[string]).write(w, value[names[i] as string])
    },
    read: r => {
      const out: Record<string, unknown> = {}
      for (let i = 0; i < names.length; i++) out[names[i] as string] = (codecs[i] as F[string]).read(r)
      return out as { readonly [K in keyof F]: Of<F[K]> }
    },
  }
}

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer(codec.size(value))
  codec.write(writer, value)
  return writer.bytes
}

/** Decodes the whole of `input`: trailing bytes are a DecodeError. */
export function decode<T>(codec: Codec<T>, input: Uint8Array): T {
  const reader = new Reader(input)
  const value = codec.read(reader)
  reader.end()
  return value
}
