import type { BlockHash, Header } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'
import { workOfBits } from '../pow/target.js'
import { Candidates } from './candidates.js'
import { EntryTable } from './entry-table.js'
import { RowPath } from './row-path.js'
import type { TreeEntry } from './tree-entry.js'

/** All headers known, as a tree, and which of its branches could be the best chain. */
export class BlockTree {
  readonly genesis: TreeEntry
  private readonly table = new EntryTable()
  /** The best header and its ancestors. */
  private readonly headers = new RowPath(this.table.rows)
  /** Blocks that are here before an ancestor is, under their parent. */
  private readonly waiting = new Map<TreeEntry, Set<TreeEntry>>()
  /** Complete and valid so far, with at least the work of the tip. */
  private readonly candidates = new Candidates((a, b) => this.prefer(a, b))
  private nextSequence = 1

  constructor(params: ChainParams) {
    const { hash, header, transactions } = params.genesis
    this.genesis = this.table.place(hash, header, {
      height: 0,
      chainWork: workOfBits(header.bits),
      parent: undefined,
    })
    this.genesis.txCount = transactions.length
    this.genesis.linked = true
    this.genesis.checked = true
    this.genesis.sequence = 0
    this.headers.lead(this.genesis.row)
  }

  /** More work, and of equal work the one that was complete first. */
  private prefer(a: TreeEntry, b: TreeEntry): number {
    return this.compareWork(a, b) || b.sequence - a.sequence || b.row - a.row
  }

  /** Below zero, zero or above as the first has less, as much or more work behind it. */
  compareWork(a: TreeEntry, b: TreeEntry): number {
    return this.table.rows.compareWork(a.row, b.row)
  }

  get size(): number {
    return this.table.size
  }

  /** Throws a DecodeError for what is no hash. */
  get(hash: BlockHash): TreeEntry | undefined {
    return this.table.find(hash)
  }

  /** All of them, parents before children. */
  *entries(): Generator<TreeEntry> {
    for (let row = 0; row < this.table.size; row++) yield this.table.at(row)
  }

  /** Entries without children. */
  get tips(): TreeEntry[] {
    const isParent = new Uint8Array(this.table.size)
    const tips: TreeEntry[] = []
    for (let row = this.table.size - 1; row >= 0; row--) {
      const entry = this.table.at(row)
      if (isParent[row] === 0) tips.push(entry)
      if (entry.parent) isParent[entry.parent.row] = 1
    }
    return tips.reverse()
  }

  /** Most work among headers that are not known to be invalid; first seen of equals. */
  get bestHeader(): TreeEntry {
    return this.table.at(this.headers.last)
  }

  /** Of the best header's chain. */
  headerAt(height: number): TreeEntry | undefined {
    const row = this.headers.at(height)
    return row === undefined ? undefined : this.table.at(row)
  }

  /** Adds a header that obeys the rules and is not in the tree yet. `failed`: its block is known not to. */
  insert(hash: BlockHash, header: Header, parent: TreeEntry, failed = false): TreeEntry {
    const entry = this.table.append(hash, header, parent)
    entry.failed = failed
    entry.invalid = failed || parent.invalid
    if (!entry.invalid && this.compareWork(entry, this.bestHeader) > 0) this.headers.lead(entry.row)
    return entry
  }

  /** The entry's block is here: it and the blocks that waited for it become candidates if nothing else is missing. */
  received(entry: TreeEntry): TreeEntry[] {
    const { parent } = entry
    if (entry.linked || !parent) return []
    if (!parent.linked) {
      const siblings = this.waiting.get(parent)
      if (siblings) siblings.add(entry)
      else this.waiting.set(parent, new Set([entry]))
      return []
    }
    const linked = [entry]
    for (const next of linked) {
      next.linked = true
      if (!Number.isFinite(next.sequence)) next.sequence = this.nextSequence++
      if (!next.invalid) this.candidates.add(next)
      for (const waiting of this.waiting.get(next) ?? []) linked.push(waiting)
      this.waiting.delete(next)
    }
    return linked
  }

  /** The block had become linked in an earlier run. */
  restoreSequence(entry: TreeEntry, sequence: number): void {
    entry.sequence = sequence
    this.nextSequence = Math.max(this.nextSequence, sequence + 1)
  }

  /** The entry's block turned out to be missing: it and what was built on it wait for it again. */
  unlink(entry: TreeEntry): void {
    const lost: TreeEntry[] = []
    for (let row = entry.row; row < this.table.size; row++) {
      const at = this.table.at(row)
      if (!at.linked || (at !== entry && at.parent?.linked)) continue
      at.linked = false
      lost.push(at)
    }
    this.candidates.keep(candidate => candidate.linked)
    for (const at of lost) if (at !== entry && at.data) this.received(at)
  }

  /** The entry failed: neither it nor anything built on it can be the tip. */
  fail(entry: TreeEntry): void {
    entry.failed = true
    for (let row = entry.row; row < this.table.size; row++) {
      const at = this.table.at(row)
      if (at === entry || at.parent?.invalid) at.invalid = true
    }
    this.candidates.keep(candidate => !candidate.invalid)
    if (this.bestHeader.invalid) this.findBestHeader()
  }

  private findBestHeader(): void {
    let best = this.genesis
    for (let row = 1; row < this.table.size; row++) {
      const entry = this.table.at(row)
      if (!entry.invalid && this.compareWork(entry, best) > 0) best = entry
    }
    this.headers.lead(best.row)
  }

  /** The best chain's tip, if that is better than `tip`. */
  bestCandidate(tip: TreeEntry): TreeEntry | undefined {
    const { best } = this.candidates
    return best && this.prefer(best, tip) > 0 ? best : undefined
  }

  /** Remembers that the chain may come back to this entry. */
  keepCandidate(entry: TreeEntry): void {
    if (!entry.invalid) this.candidates.add(entry)
  }

  /** Forgets candidates that the tip has left behind. */
  prune(tip: TreeEntry): void {
    this.candidates.dropUntil(candidate => this.compareWork(candidate, tip) >= 0)
  }
}
