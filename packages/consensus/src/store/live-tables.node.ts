import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32c } from './crc32c.js'
import { LevelReader, unmask } from './level-reader.js'
import { StoreError } from './store-error.js'

// Which tables a database of LevelDB has is told by its newest manifest, a log of changes: the form of a log is that of
// LevelDB's `doc/log_format.md`, that of a change stands in its `db/version_edit.cc`.

const BLOCK = 32_768
/** Before each part of a record: its checksum, its length, and which part of the record it is. */
const PART_HEADER = 7
const WHOLE = 1
const FIRST = 2
const LAST = 4

/** The records of a log, without one at its end that was not written to its end. Throws a StoreError `damaged`. */
function* recordsIn(log: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(log.buffer, log.byteOffset, log.length)
  let record: number[] = []
  for (let at = 0; at + PART_HEADER <= log.length; ) {
    const left = BLOCK - (at % BLOCK)
    if (left < PART_HEADER) {
      at += left
      continue
    }
    const end = at + PART_HEADER + view.getUint16(at + 4, true)
    if (end > log.length) return
    if (crc32c(log.subarray(at + 6, end)) !== unmask(view.getUint32(at, true)))
      throw new StoreError('damaged', `part of a record at byte ${at}`)
    const type = log[at + 6]
    if (type === WHOLE || type === FIRST) record = []
    record.push(...log.subarray(at + PART_HEADER, end))
    if (type === WHOLE || type === LAST) yield Uint8Array.from(record)
    at = end
  }
}

/** What follows each tag of a change: `n` is a number, `s` a string, which begins with its length. */
const fieldsOf: Readonly<Record<number, string>> = {
  1: 's', // the comparator's name
  2: 'n', // the log's number
  3: 'n', // the next file's number
  4: 'n', // the last write's number
  5: 'ns', // where compaction goes on, of a level
  6: 'nn', // a table that is no more: its level, its number
  7: 'nnnss', // a new table: its level, its number, its size, its first and its last key
  9: 'n', // the number of an older log
}
const DELETED_TABLE = 6
const NEW_TABLE = 7

/** The numbers of the tables that are left after all changes. Throws a StoreError `damaged`. */
function tablesIn(manifest: Uint8Array): Set<number> {
  const tables = new Set<number>()
  for (const change of recordsIn(manifest)) {
    const reader = new LevelReader(change)
    while (reader.at < change.length) {
      const tag = reader.varint()
      const fields = fieldsOf[tag]
      if (!fields) throw new StoreError('damaged', `a change with tag ${tag}`)
      const numbers = [...fields].map(field => {
        const number = reader.varint()
        if (field === 's') reader.at += number
        return number
      })
      if (tag === DELETED_TABLE) tables.delete(numbers[1] as number)
      if (tag === NEW_TABLE) tables.add(numbers[1] as number)
    }
  }
  return tables
}

export const tablesAmong = (files: readonly string[]): string[] => files.filter(name => name.endsWith('.ldb'))

/**
 * Those of a folder's tables that its database consists of. A process that was killed may have left one half written,
 * which LevelDB throws away when it opens the folder. All of them where it cannot be told.
 */
export async function liveTables(folder: string, files: readonly string[]): Promise<string[]> {
  const tables = tablesAmong(files)
  try {
    const current = await readFile(join(folder, 'CURRENT'), 'utf8')
    const numbers = tablesIn(await readFile(join(folder, current.trim())))
    return tables.filter(name => numbers.has(Number.parseInt(name, 10)))
  } catch {
    return tables
  }
}
