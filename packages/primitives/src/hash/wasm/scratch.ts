import { BUFFER, DIGESTS } from './layout.js'

export const BLOCK = 64
export const DIGEST = 32
/** A message is followed by 0x80, zeros and its length in eight bytes. */
const LEAST_PADDING = 9
const LENGTH = 8

/** Blocks that so many bytes of a message fill with the padding behind them. */
export const blocksOf = (length: number): number => Math.ceil((length + LEAST_PADDING) / BLOCK)

/** The functions' memory, as JavaScript sees it. Nothing in it is worth anything after a call. */
export class Scratch {
  readonly bytes: Uint8Array
  readonly numbers: Int32Array
  private readonly view: DataView

  constructor({ buffer }: WebAssembly.Memory) {
    this.bytes = new Uint8Array(buffer)
    this.numbers = new Int32Array(buffer)
    this.view = new DataView(buffer)
  }

  /** Puts the bytes at an address; returns the one behind them. */
  put(bytes: Uint8Array, at: number): number {
    this.bytes.set(bytes, at)
    return at + bytes.length
  }

  /** Puts a range of the bytes at an address; returns the one behind it. */
  putRange(bytes: Uint8Array, from: number, to: number, at: number): number {
    // Making a view of a few bytes takes longer than copying them.
    if (to - from > 16) this.bytes.set(bytes.subarray(from, to), at)
    else for (let i = from; i < to; i++) this.bytes[at + i - from] = bytes[i] as number
    return at + to - from
  }

  /** Pads what lies from `start` to `end`, the last part of so many bytes; returns how many blocks that makes. */
  pad(start: number, end: number, total: number): number {
    const blocks = blocksOf(end - start)
    const length = start + blocks * BLOCK - LENGTH
    this.bytes[end] = 0x80
    this.bytes.fill(0, end + 1, length)
    // In bits, of which this many high ones do not fit into a number of 32.
    this.view.setUint32(length, total / 2 ** 29)
    this.view.setUint32(length + 4, total * 8)
    return blocks
  }

  /** A copy of the digest that the functions wrote. */
  digest(length = DIGEST): Uint8Array {
    return this.bytes.slice(DIGESTS, DIGESTS + length)
  }

  /** What lies at the start of the buffer. */
  buffer(length: number): Uint8Array {
    return this.bytes.subarray(BUFFER, BUFFER + length)
  }
}
