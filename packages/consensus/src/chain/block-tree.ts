import type { BlockHash, Header } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'
import { workOfBits } from '../pow/target.js'
import { medianTime, TreeEntry } from './tree-entry.js'

/** Of two candidates for the tip: more work, and of equal work the one that was complete first. */
const better = (a: TreeEntry, b: TreeEntry): boolean =>
  a.chainWork === b.chainWork ? a.sequence < b.sequence : a.chainWork > b.chainWork

/** All headers known, as a tree, and which of its branches could be the best chain. */
export class BlockTree {
  readonly genesis: TreeEntry
  private readonly entries = new Map<BlockHash, TreeEntry>()
  /** Entries without children. */
  private readonly leaves = new Set<TreeEntry>()
  /** The best header and its ancestors, by height. */
  private headers: TreeEntry[]
  /** Blocks that are here before an ancestor is, under their parent. */
  private readonly waiting = new Map<TreeEntry, TreeEntry[]>()
  /** Complete and valid so far, with at least the work of the tip. */
  private readonly candidates = new Set<TreeEntry>()
  private nextSequence = 1

  constructor(params: ChainParams) {
    const { hash, header } = params.genesis
    this.genesis = new TreeEntry(hash, header, 0, undefined, workOfBits(header.bits), header.time)
    this.genesis.txCount = params.genesis.transactions.length
    this.genesis.linked = true
    this.genesis.checked = true
    this.genesis.sequence = 0
    this.entries.set(hash, this.genesis)
    this.leaves.add(this.genesis)
    this.headers = [this.genesis]
  }

  get size(): number {
    return this.entries.size
  }

  get(hash: BlockHash): TreeEntry | undefined {
    return this.entries.get(hash)
  }

  get tips(): TreeEntry[] {
    return [...this.leaves]
  }

  /** Most work among headers that are not known to be invalid; first seen of equals. */
  get bestHeader(): TreeEntry {
    return this.headers.at(-1) as TreeEntry
  }

  /** Of the best header's chain. */
  headerAt(height: number): TreeEntry | undefined {
    return this.headers[height]
  }

  /** Adds a header that obeys the rules and is not in the tree yet. */
  insert(hash: BlockHash, header: Header, parent: TreeEntry): TreeEntry {
    const work = parent.chainWork + workOfBits(header.bits)
    // The parent's own string, so that each hash is in memory once.
    const shared = { ...header, prev: parent.hash }
    const entry = new TreeEntry(hash, shared, parent.height + 1, parent, work, medianTime(header.time, parent))
    entry.invalid = parent.invalid
    this.entries.set(hash, entry)
    this.leaves.delete(parent)
    this.leaves.add(entry)
    if (!entry.invalid && work > this.bestHeader.chainWork) this.setBestHeader(entry)
    return entry
  }

  private setBestHeader(best: TreeEntry): void {
    this.headers.length = Math.min(this.headers.length, best.height + 1)
    for (let at: TreeEntry | undefined = best; at && this.headers[at.height] !== at; at = at.parent)
      this.headers[at.height] = at
  }

  /** The entry's block is here: it and the blocks that waited for it become candidates if nothing else is missing. */
  received(entry: TreeEntry): TreeEntry[] {
    if (entry.linked || !entry.parent) return []
    if (!entry.parent.linked) {
      const siblings = this.waiting.get(entry.parent)
      if (!siblings?.includes(entry)) this.waiting.set(entry.parent, [...(siblings ?? []), entry])
      return []
    }
    const linked = [entry]
    for (const next of linked) {
      next.linked = true
      next.sequence = Number.isFinite(next.sequence) ? next.sequence : this.nextSequence++
      this.nextSequence = Math.max(this.nextSequence, next.sequence + 1)
      if (!next.invalid) this.candidates.add(next)
      linked.push(...(this.waiting.get(next) ?? []))
      this.waiting.delete(next)
    }
    return linked
  }

  /** The entry's block turned out to be missing: it and what was built on it wait for it again. */
  unlink(entry: TreeEntry): void {
    for (const lost of [entry, ...this.descendants(entry)]) {
      if (!lost.linked) continue
      lost.linked = false
      this.candidates.delete(lost)
      if (lost !== entry && lost.data) this.received(lost)
    }
  }

  /** The entry failed: neither it nor anything built on it can be the tip. */
  fail(entry: TreeEntry): void {
    entry.failed = true
    for (const lost of [entry, ...this.descendants(entry)]) {
      lost.invalid = true
      this.candidates.delete(lost)
    }
    if (this.bestHeader.invalid) this.findBestHeader()
  }

  private findBestHeader(): void {
    let best = this.genesis
    for (const leaf of this.leaves) {
      let valid = leaf
      while (valid.invalid && valid.parent) valid = valid.parent
      if (valid.chainWork > best.chainWork) best = valid
    }
    this.setBestHeader(best)
  }

  /** Everything built on the entry, parents before children. */
  private descendants(entry: TreeEntry): TreeEntry[] {
    const found = new Set<TreeEntry>()
    for (const leaf of this.leaves) {
      const path: TreeEntry[] = []
      let at: TreeEntry | undefined = leaf
      while (at && at.height > entry.height) {
        path.push(at)
        at = at.parent
      }
      if (at === entry) for (const below of path) found.add(below)
    }
    return [...found].sort((a, b) => a.height - b.height)
  }

  /** The best chain's tip among those better than `tip`. */
  bestCandidate(tip: TreeEntry): TreeEntry | undefined {
    let best = tip
    for (const candidate of this.candidates) if (better(candidate, best)) best = candidate
    return best === tip ? undefined : best
  }

  /** Remembers that the chain may come back to this entry. */
  keepCandidate(entry: TreeEntry): void {
    if (!entry.invalid) this.candidates.add(entry)
  }

  /** Forgets candidates that the tip has left behind. */
  prune(tip: TreeEntry): void {
    for (const candidate of this.candidates) if (candidate.chainWork < tip.chainWork) this.candidates.delete(candidate)
  }
}
