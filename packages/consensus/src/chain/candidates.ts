import type { TreeEntry } from './tree-entry.js'

/** Above zero where the first is the better tip; zero for none but an entry and itself. */
export type Preference = (a: TreeEntry, b: TreeEntry) => number

/** Blocks that could be the tip, the best one last. */
export class Candidates {
  private entries: TreeEntry[] = []

  constructor(private readonly prefer: Preference) {}

  get best(): TreeEntry | undefined {
    return this.entries.at(-1)
  }

  /** The place of the first that is not worse. Most are asked for at the end. */
  private placeOf(entry: TreeEntry): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.prefer(this.entries[middle] as TreeEntry, entry) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  add(entry: TreeEntry): void {
    const at = this.placeOf(entry)
    if (this.entries[at] !== entry) this.entries.splice(at, 0, entry)
  }

  /** To be called before what it is preferred for changes. */
  remove(entry: TreeEntry): void {
    const at = this.placeOf(entry)
    if (this.entries[at] === entry) this.entries.splice(at, 1)
  }

  /** Forgets those that no longer meet a condition. */
  keep(meets: (entry: TreeEntry) => boolean): void {
    this.entries = this.entries.filter(meets)
  }

  /** Forgets the worst ones, up to the first that meets a condition. */
  dropUntil(meets: (entry: TreeEntry) => boolean): void {
    let count = 0
    while (count < this.entries.length && !meets(this.entries[count] as TreeEntry)) count++
    if (count > 0) this.entries.splice(0, count)
  }
}
