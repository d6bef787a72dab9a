import { type BlockHash, type Header, type Height, putId } from '@raistone/primitives'
import { skipHeight } from '../pow/ancestor.js'
import { workOfBits } from '../pow/target.js'
import { copyBytes } from '../store/bytes.js'
import type { EntryRecord } from '../store/entry-record.js'
import { newHashSecret, sipHashOf } from '../store/sip-hash.js'
import { SlotIndex } from '../store/slot-index.js'
import { field, HASH_WORDS, HeaderRows, NONE, workWords } from './header-rows.js'
import { flag, type Shelf, TreeEntry } from './tree-entry.js'

/** BIP-0113: so many blocks have a say in the median time. */
const MEDIAN_SPAN = 11

/** Lists of this length are made whole: one that grows leaves room that is never used. */
const LIST_BITS = 12
const IN_LIST = (1 << LIST_BITS) - 1

type HeaderNumbers = Pick<Header, 'version' | 'time' | 'bits' | 'nonce'>

/** Where a header stands, if not simply on its parent. */
export interface Standing {
  readonly height: Height
  /** Of this block and all before it. */
  readonly chainWork: bigint
  /** Its row. */
  readonly parent: number | undefined
}

/** Every header with what is known of it, in the order they came: parents before children. */
export class EntryTable implements Shelf {
  readonly rows = new HeaderRows()
  private readonly index = new SlotIndex(this.rows)
  private readonly keyHash = sipHashOf(HASH_WORDS, newHashSecret())
  /** The hash in question, as words and as the same memory in bytes. */
  private readonly sought = new Int32Array(HASH_WORDS)
  private readonly soughtBytes = new Uint8Array(this.sought.buffer)
  private readonly kept: (TreeEntry | undefined)[][] = []
  private readonly looks: Shelf = { rows: this.rows, at: row => this.look(row) }
  private readonly times = new Uint32Array(MEDIAN_SPAN)
  /** Neighbours have the same bits nearly always. */
  private lastBits = 0
  private lastWork = workWords(0n)

  get size(): number {
    return this.rows.size
  }

  /** The one entry of a row, made when it is first asked for. */
  at(row: number): TreeEntry {
    const list = (this.kept[row >>> LIST_BITS] ??= new Array<TreeEntry | undefined>(IN_LIST + 1))
    return (list[row & IN_LIST] ??= new TreeEntry(this, row))
  }

  /** What the entry of a row would tell, for a moment: it is not the entry itself, nor are its relatives. */
  look(row: number): TreeEntry {
    return new TreeEntry(this.looks, row)
  }

  /** The row with this hash; -1 if there is none. Throws a DecodeError for what is no hash. */
  find(hash: BlockHash): number {
    putId(hash, this.soughtBytes, 0)
    return this.findSought()
  }

  /** The same for a hash in internal order. */
  findBytes(hash: Uint8Array): number {
    copyBytes(hash, 0, this.soughtBytes, 0, this.soughtBytes.length)
    return this.findSought()
  }

  private findSought(): number {
    const last = this.size - 1
    // Who adds headers asks for the parent of each, which nearly always is the one before.
    if (last >= 0 && this.rows.holds(last, this.sought)) return last
    return this.index.find(this.keyHash(this.sought, 0), this.sought)
  }

  /** Adds a header that is not here yet on its parent; returns its row. */
  append(hash: BlockHash, header: Header, parent: number): number {
    const row = this.addOn(parent, header)
    this.name(row, hash, header)
    return row
  }

  /** The same for one that was stored. */
  restore(record: EntryRecord, parent: number): number {
    const row = this.addOn(parent, record)
    this.rows.setHashBytes(row, field.hash, record.hash)
    this.rows.setHashBytes(row, field.merkleRoot, record.merkleRoot)
    this.enter(row)
    return row
  }

  /** Adds a header that is not here yet at a place of its own; returns its row. */
  place(hash: BlockHash, header: Header, { height, chainWork, parent }: Standing): number {
    const row = this.write(header, height, parent)
    this.name(row, hash, header)
    this.rows.setWork(row, chainWork)
    return row
  }

  private addOn(parent: number, header: HeaderNumbers): number {
    const row = this.write(header, this.rows.get(parent, field.height) + 1, parent)
    if (header.bits !== this.lastBits) {
      this.lastWork = workWords(workOfBits(header.bits))
      this.lastBits = header.bits
    }
    this.rows.addWork(row, parent, this.lastWork)
    return row
  }

  private name(row: number, hash: BlockHash, { merkleRoot }: Header): void {
    this.rows.setId(row, field.hash, hash)
    this.rows.setId(row, field.merkleRoot, merkleRoot)
    this.enter(row)
  }

  /** The row can be found by its hash from here on. */
  private enter(row: number): void {
    this.index.insert(this.rows.keyHash(row, this.keyHash), row)
  }

  private write(header: HeaderNumbers, height: Height, parent = NONE): number {
    const { rows } = this
    const row = rows.add()
    rows.set(row, field.version, header.version)
    rows.set(row, field.time, header.time)
    rows.set(row, field.bits, header.bits)
    rows.set(row, field.nonce, header.nonce)
    rows.set(row, field.height, height)
    rows.set(row, field.parent, parent)
    rows.set(row, field.skip, this.ancestorRow(parent, skipHeight(height)))
    rows.set(row, field.medianTime, this.medianTime(row))
    return row
  }

  /** The ancestor at a height, as `ancestorOf` finds it. */
  private ancestorRow(from: number, height: Height): number {
    const { rows } = this
    let row = from
    while (row !== NONE && rows.get(row, field.height) > height) {
      const skip = rows.get(row, field.skip)
      row = skip !== NONE && rows.get(skip, field.height) >= height ? skip : rows.get(row, field.parent)
    }
    return row
  }

  /** BIP-0113: median of the row's time and those of the ten blocks before it. */
  private medianTime(last: number): number {
    const { rows, times } = this
    let count = 0
    for (let row = last; row !== NONE && count < MEDIAN_SPAN; row = rows.get(row, field.parent)) {
      const time = rows.get(row, field.time)
      let at = count++
      for (; at > 0 && (times[at - 1] as number) > time; at--) times[at] = times[at - 1] as number
      times[at] = time
    }
    return times[count >> 1] as number
  }

  private has(row: number, bit: number): boolean {
    return (this.rows.get(row, field.state) & bit) !== 0
  }

  private mark(row: number, bit: number, is: boolean): void {
    const state = this.rows.get(row, field.state)
    this.rows.set(row, field.state, is ? state | bit : state & ~bit)
  }

  /** Of this row and those after it, makes those invalid that failed or were disowned, or whose parent is invalid. */
  spreadFailures(from: number): void {
    const { rows } = this
    for (let row = from; row < this.size; row++) {
      const parent = rows.get(row, field.parent)
      const above = parent === NONE ? 0 : rows.get(parent, field.state)
      const wrong = this.has(row, flag.failed) || (above & flag.wrong) !== 0
      this.mark(row, flag.wrong, wrong)
      this.mark(row, flag.invalid, wrong || this.has(row, flag.disowned) || (above & flag.invalid) !== 0)
    }
  }

  /** Rows that failed or were disowned, of this one and all that is built on it. */
  failuresFrom(first: number): number[] {
    const height = this.rows.get(first, field.height)
    const failed: number[] = []
    for (let row = first; row < this.size; row++)
      if (this.has(row, flag.failed | flag.disowned) && this.ancestorRow(row, height) === first) failed.push(row)
    return failed
  }

  /** Linked, not invalid, and with as much work as another row or more. */
  rivalsOf(other: number): number[] {
    const rivals: number[] = []
    for (let row = 0; row < this.size; row++) {
      const fit = (this.rows.get(row, field.state) & (flag.linked | flag.invalid)) === flag.linked
      if (fit && this.rows.compareWork(row, other) >= 0) rivals.push(row)
    }
    return rivals
  }

  /** Unlinks a row and all that is linked by it; returns these, parents before children. */
  unlinkFrom(first: number): number[] {
    const lost: number[] = []
    for (let row = first; row < this.size; row++) {
      if (!this.has(row, flag.linked)) continue
      if (row !== first && this.has(this.rows.get(row, field.parent), flag.linked)) continue
      this.mark(row, flag.linked, false)
      lost.push(row)
    }
    return lost
  }

  /** The row with most work among those not invalid; the first of equals. */
  heaviest(): number {
    let best = 0
    for (let row = 1; row < this.size; row++)
      if (!this.has(row, flag.invalid) && this.rows.compareWork(row, best) > 0) best = row
    return best
  }

  /** Rows without children. */
  leaves(): number[] {
    const isParent = new Uint8Array(this.size)
    for (let row = 1; row < this.size; row++) isParent[this.rows.get(row, field.parent)] = 1
    const leaves: number[] = []
    for (let row = isParent.indexOf(0); row >= 0; row = isParent.indexOf(0, row + 1)) leaves.push(row)
    return leaves
  }
}
