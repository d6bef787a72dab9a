import { type BlockHash, HEADER_SIZE, type Height, hashHeaderBytes } from '@raistone/primitives'
import { type BlockStore, type NumberedRecord, type RecordKind, recordKind } from '../store/block-store.js'
import type { EntryRecord } from '../store/entry-record.js'
import type { BlockTree } from './block-tree.js'
import type { HeaderView, TreeEntry } from './tree-entry.js'

/** Of all records that the entries name. */
const numbersOf = (entries: readonly TreeEntry[]): number[] =>
  entries.flatMap(({ raw, undo }) => [raw, undo]).filter(number => number !== undefined)

/** Raw blocks, undo data and headers: what is on the disk, and what the next group of writes will bring there. */
export class BlockRecords {
  private pending = new Map<number, NumberedRecord>()
  /** Rows: of what is to be written, all is in the tree. */
  private changed = new Set<number>()
  /** Bytes waiting to be written. */
  bytes = 0
  /** Bytes put since it was opened. */
  put = 0
  /** Counts what was put and touched; what had happened by then is on the disk when `durable` has reached it. */
  version = 0
  durable = 0
  private writing: Promise<void> = Promise.resolve()
  /** Blocks that were here and are not readable any more, to be fetched again. */
  readonly lost = new Map<BlockHash, TreeEntry>()
  /** Up to this height blocks were removed on purpose. */
  prunedTo: Height = 0

  constructor(
    private readonly store: BlockStore,
    private readonly tree: Pick<BlockTree, 'recordOf'>,
  ) {}

  /** Headers whose state differs from the disk. */
  get unwritten(): number {
    return this.changed.size
  }

  /** The entry's header or status is to be written. */
  touch(entry: HeaderView): void {
    this.note(entry)
    this.version++
  }

  /** The entry's status is to be written with whatever is written next: losing it costs work, not truth. */
  note(entry: HeaderView): void {
    if (entry.height > 0) this.changed.add(entry.row)
  }

  putBlock(entry: TreeEntry, bytes: Uint8Array): void {
    entry.raw = this.add(recordKind.block, bytes)
    this.lost.delete(entry.hash)
    this.touch(entry)
  }

  /** The entry's block is the record with this number, which is on the disk. */
  adoptBlock(entry: TreeEntry, number: number): void {
    entry.raw = number
    this.lost.delete(entry.hash)
    this.touch(entry)
  }

  putUndo(entry: TreeEntry, bytes: Uint8Array): void {
    entry.undo = this.add(recordKind.undo, bytes)
    this.touch(entry)
  }

  private add(kind: RecordKind, bytes: Uint8Array): number {
    const number = this.store.takeNumber()
    this.pending.set(number, { number, kind, bytes })
    this.bytes += bytes.length
    this.put += bytes.length
    return number
  }

  /**
   * The raw block; undefined if it never came or is damaged, which makes it missing. A repaired database may have lost
   * records whose numbers were taken again: a sound record may be another block's.
   */
  async block(entry: TreeEntry): Promise<Uint8Array | undefined> {
    const at = entry.raw
    if (at === undefined) return undefined
    const bytes = await this.read(at, recordKind.block)
    if (bytes && hashHeaderBytes(bytes.subarray(0, HEADER_SIZE)) === entry.hash) return bytes
    if (entry.raw === at) this.dropBlock(entry)
    return undefined
  }

  /** The block's record cannot be read: the block counts as missing. */
  dropBlock(entry: TreeEntry): void {
    entry.raw = undefined
    this.lost.set(entry.hash, entry)
    this.touch(entry)
  }

  /** The block was here before this run, and could not be read then. */
  noteLost(entry: TreeEntry): void {
    if (!this.wasPruned(entry)) this.lost.set(entry.hash, entry)
  }

  /** The block was here, and is gone because nobody needs it. */
  wasPruned(entry: TreeEntry): boolean {
    return !entry.data && entry.linked && entry.height <= this.prunedTo
  }

  /** Bytes that the blocks of these entries and their undo data take. */
  sizeOf(entries: readonly TreeEntry[]): Promise<number> {
    return this.store.sizeOf(numbersOf(entries))
  }

  /** Forgets the blocks of these entries, which nobody may be about to connect, and all others up to the height are gone. */
  async prune(entries: readonly TreeEntry[], upTo: Height): Promise<void> {
    const numbers = numbersOf(entries)
    for (const entry of entries) {
      entry.raw = undefined
      entry.undo = undefined
      this.lost.delete(entry.hash)
    }
    this.prunedTo = upTo
    const rows = entries.map(({ row }) => row)
    // A write that is under way would bring back what it was begun with.
    this.writing = this.writing.then(() => this.store.remove(numbers, this.recordsOf(rows), upTo))
    await this.writing
  }

  /** What was pruned is wanted again. */
  async wantPruned(): Promise<void> {
    if (this.prunedTo > 0) await this.prune([], 0)
  }

  /** What the block spent; undefined if it was never connected or the record is damaged. */
  async undo(entry: TreeEntry): Promise<Uint8Array | undefined> {
    const at = entry.undo
    return at === undefined ? undefined : this.read(at, recordKind.undo)
  }

  private async read(number: number, kind: RecordKind): Promise<Uint8Array | undefined> {
    return this.pending.get(number)?.bytes ?? this.store.read(number, kind)
  }

  private *recordsOf(rows: Iterable<number>): Generator<EntryRecord> {
    for (const row of rows) yield this.tree.recordOf(row)
  }

  /** Resolves when all that has been put until now is on the disk, in one durable batch after those before it. */
  commit(): Promise<void> {
    this.writing = this.writing.then(() => this.write())
    return this.writing
  }

  private async write(): Promise<void> {
    const { version, changed, bytes } = this
    if (this.pending.size > 0 || changed.size > 0) {
      const records = [...this.pending.values()]
      this.changed = new Set()
      await this.store.write(records, this.recordsOf(changed))
      for (const record of records) this.pending.delete(record.number)
      this.bytes -= bytes
    }
    this.durable = version
  }
}
