import { concatBytes, emptyBytes, Reader } from '@raistone/primitives'

/** Reads on in bytes that come in pieces, never keeping more than a piece and what was asked for. */
export class ByteWindow {
  /** What is here and not yet read. */
  reader = new Reader(emptyBytes)
  private ended = false
  private before = 0
  private readonly pieces: AsyncIterator<Uint8Array>

  constructor(source: AsyncIterable<Uint8Array>) {
    this.pieces = source[Symbol.asyncIterator]()
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.before + this.reader.offset
  }

  /** Resolves when `least` bytes are here, or all there are. */
  async fill(least: number): Promise<void> {
    while (this.reader.remaining < least && !this.ended) {
      const { done, value } = await this.pieces.next()
      if (done) this.ended = true
      else {
        const { bytes, offset } = this.reader
        this.before += offset
        this.reader = new Reader(concatBytes(bytes.subarray(offset), value))
      }
    }
  }

  /** Nothing more is wanted. */
  async close(): Promise<void> {
    this.ended = true
    await this.pieces.return?.()
  }
}
