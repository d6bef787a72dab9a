/** SHA-256 in the forms that a ledger needs. "Twice" is the hash of the hash. */
export interface Sha256 {
  readonly name: 'wasm' | 'noble'
  /** Hash of the parts as if they were one. */
  hash(parts: readonly Uint8Array[]): Uint8Array
  hashTwice(parts: readonly Uint8Array[]): Uint8Array
  /** RIPEMD-160 of the hash: 20 bytes. */
  hash160(bytes: Uint8Array): Uint8Array
  /** The hash of messages that all begin with these 64 bytes, which are taken in once. */
  hashAfter(block: Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array
  /**
   * The ids (twice the hash, as hex, last byte first) of messages that lie in the same bytes, each in up to three
   * ranges. `ranges` are the start and the end of every one of them: six numbers a message.
   */
  idsOf(bytes: Uint8Array, ranges: Int32Array): string[]
  /** Replaces so many pairs of digests (64 bytes each) by twice their hash, one behind the other from the start. */
  hashPairs(nodes: Uint8Array, pairs: number): void
  /** Writes the bytes of ids (64 hex digits in display order) one behind the other; throws a DecodeError where one is none. */
  readIds(ids: readonly string[], to: Uint8Array): void
  /**
   * The first nonce from `from` on, of `count`, with which twice the hash of the 80-byte header has highest bytes (its
   * last four, little-endian) of at most `top`; -1 if none has. None is above 2^32 - 1.
   */
  findNonce(header: Uint8Array, top: number, from: number, count: number): number
}
