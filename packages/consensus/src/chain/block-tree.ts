import type { BlockHash, Header } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'
import { workOfBits } from '../pow/target.js'
import type { EntryRecord } from '../store/entry-record.js'
import { Slices } from '../verify/next-turn.js'
import { Candidates } from './candidates.js'
import { EntryTable } from './entry-table.js'
import { RowPath } from './row-path.js'
import { ancestorAt, type HeaderView, type TreeEntry } from './tree-entry.js'

/** Looks between two at the time, which take longer than one. */
const LOOKS = 256

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
  /** Orders below those of all others. */
  private readonly favoured = new Map<TreeEntry, number>()
  private nextFavoured = -1
  private favouredAt: TreeEntry | undefined
  /** Candidates are this block and what is built on it, for it cannot be left; undefined where all can. */
  private floor: TreeEntry | undefined

  constructor(params: ChainParams) {
    const { hash, header, transactions } = params.genesis
    const work = workOfBits(header.bits)
    this.genesis = this.table.at(this.table.place(hash, header, { height: 0, chainWork: work, parent: undefined }))
    this.genesis.txCount = transactions.length
    this.genesis.linked = true
    this.genesis.checked = true
    this.genesis.sequence = 0
    this.headers.lead(this.genesis.row)
  }

  /** More work, and of equal work the one that was complete first or is favoured. */
  private prefer(a: TreeEntry, b: TreeEntry): number {
    return this.compareWork(a, b) || this.orderOf(b) - this.orderOf(a) || b.row - a.row
  }

  private orderOf(entry: TreeEntry): number {
    return this.favoured.get(entry) ?? entry.sequence
  }

  /** Below zero, zero or above as the first has less, as much or more work behind it. */
  compareWork(a: TreeEntry, b: TreeEntry): number {
    return this.table.rows.compareWork(a.row, b.row)
  }

  /** Throws a DecodeError for what is no hash. */
  get(hash: BlockHash): TreeEntry | undefined {
    const row = this.table.find(hash)
    return row < 0 ? undefined : this.table.at(row)
  }

  /** As `get`, where a look is enough. */
  look(hash: BlockHash): HeaderView | undefined {
    const row = this.table.find(hash)
    return row < 0 ? undefined : this.table.look(row)
  }

  /** The entry of a header that was looked at. */
  entryOf(view: HeaderView): TreeEntry {
    return this.table.at(view.row)
  }

  /** Looks at each of them, parents before children, in slices. */
  async eachLook(visit: (view: HeaderView) => void): Promise<void> {
    const slices = new Slices()
    for (let row = 0; row < this.table.size; row++) {
      visit(this.table.look(row))
      if (row % LOOKS === 0 && slices.over) await slices.pause()
    }
  }

  /** What is to be stored of a row's header. */
  recordOf(row: number): EntryRecord {
    return this.table.look(row).record
  }

  /** The headers up to this one. */
  pathTo(view: HeaderView): RowPath {
    const path = new RowPath(this.table.rows)
    path.lead(view.row)
    return path
  }

  /** Entries without children. */
  get leaves(): TreeEntry[] {
    return this.table.leaves().map(row => this.table.at(row))
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

  /** Adds a header that obeys the rules and is not in the tree yet. */
  insert(hash: BlockHash, header: Header, parent: HeaderView): HeaderView {
    return this.follow(this.table.look(this.table.append(hash, header, parent.row)))
  }

  /**
   * Adds a header with what was known of it in an earlier run, before any is added with `insert`; undefined if its parent
   * is not here.
   */
  restore(record: EntryRecord): TreeEntry | undefined {
    const parent = this.table.findBytes(record.prev)
    if (parent < 0) return undefined
    const entry = this.table.look(this.table.restore(record, parent))
    entry.failed = record.failed
    entry.disowned = record.disowned
    entry.txCount = record.txCount
    entry.checked = record.checked
    entry.raw = record.raw
    entry.undo = record.undo
    if (record.sequence !== undefined) {
      entry.sequence = record.sequence
      this.nextSequence = Math.max(this.nextSequence, record.sequence + 1)
    }
    return this.follow(entry)
  }

  /** A new header may be the best. */
  private follow(entry: TreeEntry): TreeEntry {
    const { table, headers } = this
    table.spreadFailures(entry.row)
    if (!entry.invalid && table.rows.compareWork(entry.row, headers.last) > 0) headers.lead(entry.row)
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
      if (!next.invalid) this.consider(next)
      for (const waiting of this.waiting.get(next) ?? []) linked.push(waiting)
      this.waiting.delete(next)
    }
    return linked
  }

  private consider(entry: TreeEntry): void {
    if (this.standsOn(entry, this.floor)) this.candidates.add(entry)
  }

  private standsOn(entry: TreeEntry, floor: TreeEntry | undefined): boolean {
    return !floor || (entry.height >= floor.height && ancestorAt(entry, floor.height) === floor)
  }

  /** Makes the block one that cannot be left, or, without one, gives all branches their chance again. */
  setFloor(floor: TreeEntry | undefined): void {
    this.floor = floor
    this.candidates.keep(candidate => this.standsOn(candidate, floor))
  }

  /** The entry's block turned out to be missing: it and what was built on it wait for it again. */
  unlink(entry: TreeEntry): void {
    const lost = this.table.unlinkFrom(entry.row)
    this.candidates.keep(candidate => candidate.linked)
    for (const row of lost) if (row !== entry.row && this.table.look(row).data) this.received(this.table.at(row))
  }

  /** The entry failed: neither it nor anything built on it can be the tip. */
  fail(entry: TreeEntry): void {
    entry.failed = true
    this.spread(entry.row)
  }

  /** As `fail`, because the operator says so. */
  disown(entry: TreeEntry): void {
    entry.disowned = true
    this.spread(entry.row)
  }

  private spread(from: number): void {
    this.table.spreadFailures(from)
    this.candidates.keep(candidate => !candidate.invalid)
    if (this.bestHeader.invalid) this.headers.lead(this.table.heaviest())
  }

  /** Takes back every failure of the entry, of what it is built on and of what is built on it; returns those changed. */
  forgive(entry: TreeEntry): TreeEntry[] {
    const forgiven = this.table.failuresFrom(entry.row).map(row => this.table.at(row))
    let lowest = entry
    for (let at: TreeEntry | undefined = entry.parent; at?.invalid; at = at.parent) {
      if (at.failed || at.disowned) forgiven.push(at)
      lowest = at
    }
    for (const each of forgiven) {
      each.failed = false
      each.disowned = false
    }
    this.table.spreadFailures(lowest.row)
    const heaviest = this.table.heaviest()
    if (this.table.rows.compareWork(heaviest, this.headers.last) > 0) this.headers.lead(heaviest)
    return forgiven
  }

  /** Takes back the failures of what is built on the entry, but not what the operator said; returns those changed. */
  retry(entry: TreeEntry): TreeEntry[] {
    const failed = this.table.failuresFrom(entry.row).map(row => this.table.at(row))
    const retried = failed.filter(each => each.failed && each !== entry)
    for (const each of retried) each.failed = false
    this.table.spreadFailures(entry.row)
    return retried
  }

  /** Makes the entry better than all others with as much work, if it has as much as the tip. */
  favour(entry: TreeEntry, tip: TreeEntry): void {
    if (this.compareWork(entry, tip) < 0) return
    // The chain has grown since: what was favoured before is no rival any more.
    if (!this.favouredAt || this.compareWork(tip, this.favouredAt) > 0) this.nextFavoured = -1
    this.favouredAt = tip
    this.candidates.remove(entry)
    this.favoured.set(entry, this.nextFavoured--)
    if (entry.linked && !entry.invalid) this.consider(entry)
  }

  /** The block was the tip when the last run ended, which it stays if others have no more work. */
  favourLastTip(entry: TreeEntry): void {
    this.candidates.remove(entry)
    this.favoured.set(entry, 0)
    this.keepCandidate(entry)
  }

  /** Makes candidates of all blocks that are as good as the tip. */
  refill(tip: TreeEntry): void {
    for (const row of this.table.rivalsOf(tip.row)) this.consider(this.table.at(row))
  }

  /** The best chain's tip, if that is better than `tip`. */
  bestCandidate(tip: TreeEntry): TreeEntry | undefined {
    const { best } = this.candidates
    return best && this.prefer(best, tip) > 0 ? best : undefined
  }

  /** Remembers that the chain may come back to this entry. */
  keepCandidate(entry: TreeEntry): void {
    if (!entry.invalid) this.consider(entry)
  }

  /** Forgets candidates that the tip has left behind. */
  prune(tip: TreeEntry): void {
    this.candidates.dropUntil(candidate => this.compareWork(candidate, tip) >= 0)
  }
}
