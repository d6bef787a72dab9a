import { fromHex, Reader, Writer } from '@raistone/primitives'

/** Regtest's four bytes before each block of a block file. */
export const REGTEST_MAGIC = 'fabfb5da'

/** A block as it stands in a block file. */
export interface FileBlock {
  readonly raw: Uint8Array
  /** Where its magic begins; the block's own bytes begin eight later. */
  readonly offset: number
}

const PREFIX_BYTES = 8

/**
 * The blocks of a file in the form of Core's `blk*.dat`: magic, length (4 bytes, little endian), block. Knows no more
 * than that; throws a DecodeError where the file ends too early.
 */
export function* readBlockFile(bytes: Uint8Array): Generator<FileBlock> {
  const reader = new Reader(bytes)
  while (reader.remaining > 0) {
    const offset = reader.offset
    reader.raw(4)
    yield { raw: reader.raw(reader.u32()), offset }
  }
}

/** The inverse of `readBlockFile`. */
export function writeBlockFile(blocks: Iterable<Uint8Array>, magic = REGTEST_MAGIC): Uint8Array {
  const all = [...blocks]
  const writer = new Writer(all.reduce((sum, raw) => sum + PREFIX_BYTES + raw.length, 0))
  for (const raw of all) {
    writer.raw(fromHex(magic))
    writer.u32(raw.length)
    writer.raw(raw)
  }
  return writer.bytes
}
