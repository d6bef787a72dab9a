import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Slices } from '../verify/next-turn.js'
import { crc32c } from './crc32c.js'

// LevelDB has a checksum for every block of a table and, as it is built for Node.js, never looks at it. The form is that
// of its `doc/table_format.md`: data blocks, a filter, an index of the filter, an index of the data, a footer.

const FOOTER = 48
const MAGIC = 0xdb4775248b80fb57n
/** After each block: how it is compressed, and the checksum of both. */
const TRAILER = 5

/** Where a block is: its first byte and how many there are, without the trailer. */
interface Handle {
  readonly offset: number
  readonly size: number
}

/** Reads the numbers of a table; beyond the end there are zeros, which no check agrees with. */
class TableReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128 || factor > 2 ** 49) return value
    }
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() }
  }
}

/** LevelDB stores checksums so that data with checksums in them do not look like sound ones. */
const unmask = (stored: number): number => {
  const rotated = (stored - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}

function isSound(table: Uint8Array, { offset, size }: Handle): boolean {
  const end = offset + size + 1
  if (!Number.isSafeInteger(end) || end + 4 > table.length) return false
  const stored = new DataView(table.buffer, table.byteOffset + end, 4).getUint32(0, true)
  return crc32c(table.subarray(offset, end)) === unmask(stored)
}

const isCompressed = (table: Uint8Array, { offset, size }: Handle): boolean => table[offset + size] !== 0

/** The blocks that a sound index names, in its order. */
function handlesIn(table: Uint8Array, { offset, size }: Handle): Handle[] {
  const restarts = new DataView(table.buffer, table.byteOffset + offset + size - 4, 4).getUint32(0, true)
  const end = offset + size - 4 - restarts * 4
  const reader = new TableReader(table, offset)
  const handles: Handle[] = []
  while (reader.at < end) {
    reader.varint()
    const [key, value] = [reader.varint(), reader.varint()]
    reader.at += key
    const next = reader.at + value
    handles.push(reader.handle())
    reader.at = next
  }
  return handles
}

/** Whether every block of a table is what was written, and none is missing between them. */
export async function isSoundTable(table: Uint8Array): Promise<boolean> {
  const footer = table.length - FOOTER
  if (footer < 0) return false
  if (new DataView(table.buffer, table.byteOffset + table.length - 8, 8).getBigUint64(0, true) !== MAGIC) return false
  const reader = new TableReader(table, footer)
  const indexes = [reader.handle(), reader.handle()]
  if (!indexes.every(index => isSound(table, index))) return false
  // We write none of these, but another program may have had the folder open.
  if (indexes.some(index => isCompressed(table, index))) return true
  const [filters, data] = indexes.map(index => handlesIn(table, index)) as [Handle[], Handle[]]
  const slices = new Slices()
  let at = 0
  for (const block of [...data, ...filters, ...indexes]) {
    if (block.offset !== at || !isSound(table, block)) return false
    at = block.offset + block.size + TRAILER
    await slices.pause()
  }
  return at === footer
}

/** The first of the folder's tables of which a bit is not as it was written. */
export async function findDamagedTable(folder: string, files: readonly string[]): Promise<string | undefined> {
  for (const file of files.filter(name => name.endsWith('.ldb')))
    if (!(await isSoundTable(await readFile(join(folder, file))))) return file
  return undefined
}
