import { type Codec, DecodeError, decode, encode } from '@raistone/primitives'

/** A message between peers: its wire format, and how long it may be, which is checked before anything is buffered. */
export interface Message<T> {
  readonly name: string
  readonly codec: Codec<T>
  /** Bytes at most. */
  readonly most: number
}

/** The value a message carries. */
export type ContentOf<M> = M extends Message<infer T> ? T : never

/** Throws a RangeError for one beyond its limit, before its bytes are put together. */
export function encodeMessage<T>(message: Message<T>, value: T): Uint8Array {
  const size = message.codec.size(value)
  if (size > message.most) throw new RangeError(`${message.name} of ${size} bytes, at most ${message.most}`)
  return encode(message.codec, value)
}

/** Throws a DecodeError for anything but exactly one message within its limit. */
export function decodeMessage<T>(message: Message<T>, bytes: Uint8Array): T {
  if (bytes.length > message.most)
    throw new DecodeError(`${message.name} of ${bytes.length} bytes, at most ${message.most} allowed`, 0)
  return decode(message.codec, bytes)
}
