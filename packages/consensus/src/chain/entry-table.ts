import type { BlockHash, Header, Height } from '@raistone/primitives'
import { ancestorOf, skipHeight } from '../pow/ancestor.js'
import { workOfBits } from '../pow/target.js'
import { HashIndex } from './hash-index.js'
import { field, HeaderRows, NONE, workWords } from './header-rows.js'
import { type Shelf, TreeEntry } from './tree-entry.js'

/** BIP-0113: so many blocks have a say in the median time. */
const MEDIAN_SPAN = 11

/** Lists of this length are made whole: one that grows leaves room that is never used. */
const LIST_BITS = 12
const IN_LIST = (1 << LIST_BITS) - 1

/** Where a header stands, if not simply on its parent. */
export interface Standing {
  readonly height: Height
  /** Of this block and all before it. */
  readonly chainWork: bigint
  readonly parent: TreeEntry | undefined
}

/** Every header with what is known of it, in the order they came: parents before children. */
export class EntryTable implements Shelf {
  readonly rows = new HeaderRows()
  private readonly index = new HashIndex(this.rows)
  private readonly lists: TreeEntry[][] = []
  private readonly times = new Uint32Array(MEDIAN_SPAN)
  /** Neighbours have the same bits nearly always. */
  private lastBits = 0
  private lastWork = workWords(0n)

  get size(): number {
    return this.rows.size
  }

  at(row: number): TreeEntry {
    return (this.lists[row >>> LIST_BITS] as TreeEntry[])[row & IN_LIST] as TreeEntry
  }

  find(hash: BlockHash): TreeEntry | undefined {
    const row = this.index.find(hash)
    return row < 0 ? undefined : this.at(row)
  }

  /** Adds a header that is not here yet on its parent. */
  append(hash: BlockHash, header: Header, parent: TreeEntry): TreeEntry {
    const entry = this.write(hash, header, parent.height + 1, parent)
    if (header.bits !== this.lastBits) {
      this.lastWork = workWords(workOfBits(header.bits))
      this.lastBits = header.bits
    }
    this.rows.addWork(entry.row, parent.row, this.lastWork)
    return entry
  }

  /** Adds a header that is not here yet at a place of its own. */
  place(hash: BlockHash, header: Header, { height, chainWork, parent }: Standing): TreeEntry {
    const entry = this.write(hash, header, height, parent)
    this.rows.setWork(entry.row, chainWork)
    return entry
  }

  private write(hash: BlockHash, header: Header, height: Height, parent: TreeEntry | undefined): TreeEntry {
    const { rows } = this
    const row = rows.add()
    const entry = new TreeEntry(this, row)
    if ((row & IN_LIST) === 0) this.lists.push(new Array<TreeEntry>(IN_LIST + 1))
    ;(this.lists[row >>> LIST_BITS] as TreeEntry[])[row & IN_LIST] = entry
    rows.setId(row, field.hash, hash)
    rows.setId(row, field.merkleRoot, header.merkleRoot)
    rows.set(row, field.version, header.version)
    rows.set(row, field.time, header.time)
    rows.set(row, field.bits, header.bits)
    rows.set(row, field.nonce, header.nonce)
    rows.set(row, field.height, height)
    rows.set(row, field.parent, parent?.row ?? NONE)
    rows.set(row, field.skip, (parent && ancestorOf(parent, skipHeight(height)))?.row ?? NONE)
    rows.set(row, field.medianTime, this.medianTime(row))
    rows.set(row, field.sequence, NONE)
    this.index.add(row)
    return entry
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
}
