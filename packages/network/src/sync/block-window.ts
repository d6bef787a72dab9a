import type { BlockEntry } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import { FRONT_BLOCKS, FRONT_MS, PEER_BLOCKS, REQUEST_BLOCKS, RETRY_MS, STALL_MS, WINDOW_BLOCKS } from './limits.js'

/** A peer as a source of blocks. */
interface Source {
  readonly id: string
  work: bigint
  /** Asked and not yet answered. */
  readonly asked: Map<BlockHash, number>
  /** It said it does not have these; forgotten when its tip moves. */
  readonly lacks: Set<BlockHash>
  /** Frames we took and have not yet digested: while there are any, silence is ours. */
  busy: number
  /** When it last did its part. */
  sinceMs: number
  notBeforeMs: number
}

export interface BlockAsk {
  readonly peer: string
  readonly hashes: readonly BlockHash[]
}

/** Which block is asked of whom: a window that moves over the missing blocks, shared by all peers at once. */
export class BlockWindow {
  private readonly sources = new Map<string, Source>()
  /** Arrived, and being judged. */
  private readonly digesting = new Set<BlockHash>()

  setPeer(id: string, work: bigint, nowMs: number): void {
    const source = this.sources.get(id)
    if (!source) {
      const fresh = { asked: new Map(), lacks: new Set<BlockHash>(), busy: 0, sinceMs: nowMs, notBeforeMs: nowMs }
      this.sources.set(id, { id, work, ...fresh })
      return
    }
    source.work = work
    source.lacks.clear()
  }

  removePeer(id: string): void {
    this.sources.delete(id)
  }

  /** Blocks asked of a peer and not yet come. */
  askedOf(id: string): readonly BlockHash[] {
    return [...(this.sources.get(id)?.asked.keys() ?? [])]
  }

  /** True if the block was asked of this peer; it is being judged until `digested`. */
  arrived(id: string, hash: BlockHash, nowMs: number): boolean {
    const source = this.sources.get(id)
    if (!source?.asked.delete(hash)) return false
    source.busy++
    source.sinceMs = nowMs
    this.digesting.add(hash)
    return true
  }

  /** The block comes another way. */
  digest(hash: BlockHash): void {
    this.digesting.add(hash)
  }

  digested(hash: BlockHash): void {
    this.digesting.delete(hash)
  }

  /** We are ready for this peer's next frame. */
  ready(id: string, nowMs: number): void {
    const source = this.sources.get(id)
    if (!source) return
    source.busy = Math.max(0, source.busy - 1)
    source.sinceMs = nowMs
  }

  lacking(id: string, hash: BlockHash, nowMs: number): void {
    const source = this.sources.get(id)
    if (!source?.asked.delete(hash)) return
    source.lacks.add(hash)
    source.sinceMs = nowMs
  }

  /** This peer is not asked for the block again until its tip moves. */
  refused(id: string, hash: BlockHash): void {
    this.sources.get(id)?.lacks.add(hash)
  }

  /** A request ended; whatever of it did not come is free for others. */
  ended(id: string, hashes: readonly BlockHash[], nowMs: number): void {
    const source = this.sources.get(id)
    if (!source) return
    const left = hashes.filter(hash => source.asked.delete(hash))
    if (left.length > 0) source.notBeforeMs = nowMs + RETRY_MS
  }

  stalled(nowMs: number): readonly string[] {
    return [...this.sources.values()]
      .filter(({ asked, busy, sinceMs }) => asked.size > 0 && busy === 0 && nowMs - sinceMs >= STALL_MS)
      .map(source => source.id)
  }

  /** Whether any peer could be asked for more now. */
  hasRoom(nowMs: number): boolean {
    return [...this.sources.values()].some(source => isFree(source, nowMs))
  }

  /** Asks for as much as peers have room for, the earliest missing blocks first. */
  ask(missing: readonly BlockEntry[], nowMs: number): readonly BlockAsk[] {
    const first = missing[0]
    if (!first) return []
    const open = missing.filter(entry => entry.height < first.height + WINDOW_BLOCKS && !this.digesting.has(entry.hash))
    const taken = new Set([...this.sources.values()].flatMap(source => [...source.asked.keys()]))
    const free = open.filter(entry => !taken.has(entry.hash))
    const asks: BlockAsk[] = []
    const byLoad = [...this.sources.values()].sort((a, b) => a.asked.size - b.asked.size)
    for (const source of byLoad) {
      if (!isFree(source, nowMs)) continue
      const wanted = this.take(source, free) ?? this.front(source, open, nowMs)
      if (wanted.length === 0) continue
      if (source.asked.size === 0) source.sinceMs = nowMs
      for (const entry of wanted) source.asked.set(entry.hash, nowMs)
      asks.push({ peer: source.id, hashes: wanted.map(entry => entry.hash) })
    }
    return asks
  }

  /** The next time something can be overdue or free again; Infinity for never. */
  nextMs(nowMs: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const { asked, busy, sinceMs, notBeforeMs } of this.sources.values()) {
      if (asked.size > 0 && busy === 0) next = Math.min(next, sinceMs + STALL_MS)
      for (const askedMs of asked.values()) if (askedMs + FRONT_MS > nowMs) next = Math.min(next, askedMs + FRONT_MS)
      if (notBeforeMs > nowMs) next = Math.min(next, notBeforeMs)
    }
    return next
  }

  /** Takes a request's worth out of the free blocks; undefined when none of them is for this peer. */
  private take(source: Source, free: BlockEntry[]): readonly BlockEntry[] | undefined {
    const wanted = free.filter(entry => canServe(source, entry)).slice(0, REQUEST_BLOCKS)
    if (wanted.length === 0) return undefined
    const gone = new Set(wanted)
    free.splice(0, free.length, ...free.filter(entry => !gone.has(entry)))
    return wanted
  }

  /** The blocks everything waits for, when whoever was asked takes long and this peer has nothing to do. */
  private front(source: Source, open: readonly BlockEntry[], nowMs: number): readonly BlockEntry[] {
    if (source.asked.size > 0) return []
    const late = open.slice(0, FRONT_BLOCKS).filter(({ hash }) => {
      const times = [...this.sources.values()].flatMap(each => each.asked.get(hash) ?? [])
      return times.length === 1 && times.every(askedMs => nowMs - askedMs >= FRONT_MS)
    })
    return late.filter(entry => canServe(source, entry))
  }
}

/** A peer has a block if its chain is at least as heavy, unless it told us otherwise. */
const canServe = (source: Source, entry: BlockEntry): boolean =>
  source.work >= entry.chainWork && !source.lacks.has(entry.hash)

const isFree = (source: Source, nowMs: number): boolean =>
  nowMs >= source.notBeforeMs && source.asked.size <= PEER_BLOCKS - REQUEST_BLOCKS
