import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '@raistone/primitives'
import { Slices } from '../verify/next-turn.js'
import { crc32c } from './crc32c.js'
import { LevelReader, unmask } from './level-reader.js'

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

const handleAt = (reader: LevelReader): Handle => ({ offset: reader.varint(), size: reader.varint() })

function isSound(table: Uint8Array, { offset, size }: Handle): boolean {
  const end = offset + size + 1
  if (!Number.isSafeInteger(end) || end + 4 > table.length) return false
  const stored = new DataView(table.buffer, table.byteOffset + end, 4).getUint32(0, true)
  return crc32c(table.subarray(offset, end)) === unmask(stored)
}

const isCompressed = (table: Uint8Array, { offset, size }: Handle): boolean => table[offset + size] !== 0

/** What is in a sound block, in its order: keys begin with so many bytes of the one before. */
function* entriesIn(table: Uint8Array, { offset, size }: Handle): Generator<readonly [Uint8Array, Uint8Array]> {
  const restarts = new DataView(table.buffer, table.byteOffset + offset + size - 4, 4).getUint32(0, true)
  const end = offset + size - 4 - restarts * 4
  const reader = new LevelReader(table, offset)
  let key = new Uint8Array(0)
  while (reader.at < end) {
    const [shared, own, length] = [reader.varint(), reader.varint(), reader.varint()]
    const value = reader.at + own
    key = Uint8Array.from([...key.subarray(0, shared), ...table.subarray(reader.at, value)])
    reader.at = value + length
    yield [key, table.subarray(value, reader.at)]
  }
}

/** The blocks that a sound index names, in its order. */
const handlesIn = (table: Uint8Array, index: Handle): Handle[] =>
  [...entriesIn(table, index)].map(([, value]) => handleAt(new LevelReader(value)))

/** Where the indexes of the filter and of the data are; undefined if this is no table. */
function indexesOf(table: Uint8Array): readonly [Handle, Handle] | undefined {
  const footer = table.length - FOOTER
  if (footer < 0) return undefined
  if (new DataView(table.buffer, table.byteOffset + table.length - 8, 8).getBigUint64(0, true) !== MAGIC)
    return undefined
  const reader = new LevelReader(table, footer)
  return [handleAt(reader), handleAt(reader)]
}

/** Whether every block of a table is what was written, and none is missing between them. */
export async function isSoundTable(table: Uint8Array): Promise<boolean> {
  const indexes = indexesOf(table)
  if (!indexes?.every(index => isSound(table, index))) return false
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
  return at === table.length - FOOTER
}

/** After each key: a number that rises with every write, and in the lowest byte whether it puts or deletes. */
const KEY_TRAILER = 8
const PUT = 1

/** The newest record under each key, as far as the blocks of a damaged table are as they were written. */
export function* soundRecords(table: Uint8Array): Generator<readonly [key: Uint8Array, value: Uint8Array]> {
  const index = indexesOf(table)?.[1]
  if (!index || !isSound(table, index) || isCompressed(table, index)) return
  let last = ''
  for (const block of handlesIn(table, index)) {
    if (!isSound(table, block) || isCompressed(table, block)) continue
    for (const [written, value] of entriesIn(table, block)) {
      const end = written.length - KEY_TRAILER
      const key = written.subarray(0, end)
      const name = toHex(key)
      if (name !== last && written[end] === PUT) yield [key, value]
      last = name
    }
  }
}

/** Those of these tables of which a bit is not as it was written. */
export async function* damagedTables(folder: string, tables: readonly string[]): AsyncGenerator<string> {
  for (const table of tables) if (!(await isSoundTable(await readFile(join(folder, table))))) yield table
}
