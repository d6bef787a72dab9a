/** What has the keys of the slots. */
export interface SlotKeys {
  /** Whether the slot has the key in these words. */
  holds(slot: number, words: Int32Array): boolean
}

/** Each half of a segment grows by itself, so that growth never moves more than a share of all entries. */
const SEGMENT_BITS = 8
const FIRST_CELLS = 16
/** Two words: hash, slot + 1; zero where the cell is empty. */
const CELL_BYTES = 8
/** Beyond this share of cells in use, out of 5, a segment doubles. */
const MOST_FIFTHS = 4

/** What an index of no entries takes. */
export const LEAST_INDEX_BYTES = (FIRST_CELLS * CELL_BYTES) << SEGMENT_BITS
/** What each entry takes right after growth. */
export const INDEX_BYTES_PER_SLOT = (2 * CELL_BYTES * 5) / MOST_FIFTHS

/** Where slots are by the hash of their key: open addressing with linear probing, in segments by the first bits. */
export class SlotIndex {
  private readonly segments = Array.from({ length: 1 << SEGMENT_BITS }, () => new Int32Array(2 * FIRST_CELLS))
  private readonly counts = new Int32Array(1 << SEGMENT_BITS)
  /** Memory in use. */
  bytes = LEAST_INDEX_BYTES

  constructor(private readonly keys: SlotKeys) {}

  /** The slot of the key in these words; -1 if there is none. */
  find(hash: number, words: Int32Array): number {
    const cells = this.segments[hash >>> (32 - SEGMENT_BITS)] as Int32Array
    const mask = cells.length - 1
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const found = cells[at + 1] as number
      if (found === 0) return -1
      if (cells[at] === hash && this.keys.holds(found - 1, words)) return found - 1
    }
  }

  /** Adds a slot whose key is not there yet. */
  insert(hash: number, slot: number): void {
    const number = hash >>> (32 - SEGMENT_BITS)
    const count = (this.counts[number] as number) + 1
    this.counts[number] = count
    const { length } = this.segments[number] as Int32Array
    if (10 * count > MOST_FIFTHS * length) this.resize(number, 2 * length)
    place(this.segments[number] as Int32Array, hash, slot + 1)
  }

  remove(hash: number, slot: number): void {
    const number = hash >>> (32 - SEGMENT_BITS)
    const cells = this.segments[number] as Int32Array
    const mask = cells.length - 1
    let hole = (hash << 1) & mask
    while (cells[hole + 1] !== slot + 1) hole = (hole + 2) & mask
    // Those behind move up where the hole would cut them off from the cell where their search begins.
    for (let at = (hole + 2) & mask; cells[at + 1] !== 0; at = (at + 2) & mask) {
      const home = ((cells[at] as number) << 1) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      cells[hole] = cells[at] as number
      cells[hole + 1] = cells[at + 1] as number
      hole = at
    }
    cells[hole + 1] = 0
    this.counts[number] = (this.counts[number] as number) - 1
  }

  /** Gives memory back where most cells are empty. */
  shrink(): void {
    for (const [number, count] of this.counts.entries()) {
      let { length } = this.segments[number] as Int32Array
      while (length > 2 * FIRST_CELLS && 5 * count < length / 2) length /= 2
      if (length !== this.segments[number]?.length) this.resize(number, length)
    }
  }

  private resize(number: number, length: number): void {
    const before = this.segments[number] as Int32Array
    const after = new Int32Array(length)
    for (let at = 0; at < before.length; at += 2)
      if (before[at + 1] !== 0) place(after, before[at] as number, before[at + 1] as number)
    this.segments[number] = after
    this.bytes += after.byteLength - before.byteLength
  }
}

function place(cells: Int32Array, hash: number, entry: number): void {
  const mask = cells.length - 1
  let at = (hash << 1) & mask
  while (cells[at + 1] !== 0) at = (at + 2) & mask
  cells[at] = hash
  cells[at + 1] = entry
}
