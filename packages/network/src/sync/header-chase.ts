import type { BlockEntry } from '@raistone/consensus'
import { MOST_HEADERS } from '../messages/headers.js'
import { FRUITLESS_MS, HEADERS_STALL_MS, RETRY_MS, STALE_ASK_MS } from './limits.js'
import type { HeadersResult, PeerTip, SyncChain, SyncOutput } from './output.js'

interface Source {
  readonly id: string
  work: bigint
  /** When it was asked, while an answer is owed. */
  askedMs: number | undefined
  /** It has shown all it has for this much claimed work. */
  settledWork: bigint
  /** To be asked whatever it claims. */
  wanted: boolean
  /** The last header of a full answer: more is to come after it. */
  pageEnd: BlockEntry | undefined
  notBeforeMs: number
}

/**
 * Who is asked for headers. Everybody who claims more work gets one question; only one peer at a time is followed
 * page after page, so that a long chain is fetched once.
 */
export class HeaderChase {
  private readonly sources = new Map<string, Source>()
  private leader: string | undefined
  private staleAskMs = Number.NEGATIVE_INFINITY

  constructor(
    private readonly chain: SyncChain,
    /** Whether the tip is older than ten spacings. */
    private readonly isStale: () => boolean,
  ) {}

  setPeer(id: string, { work }: PeerTip, nowMs: number): void {
    const source = this.sources.get(id)
    if (source) source.work = work
    else
      this.sources.set(id, {
        id,
        work,
        askedMs: undefined,
        settledWork: 0n,
        wanted: this.isStale(),
        pageEnd: undefined,
        notBeforeMs: nowMs,
      })
  }

  removePeer(id: string): void {
    this.sources.delete(id)
    if (this.leader === id) this.leader = undefined
  }

  /** Asks this peer even if it claims no more work than we have. */
  want(id: string): void {
    const source = this.sources.get(id)
    if (source) source.wanted = true
  }

  answered(id: string, result: HeadersResult, nowMs: number): void {
    const source = this.sources.get(id)
    if (!source) return
    source.askedMs = undefined
    const { last } = result
    const advanced = last !== undefined && (source.pageEnd === undefined || last.height > source.pageEnd.height)
    if (result.count === MOST_HEADERS && advanced) {
      source.pageEnd = last
      this.leader ??= id
      return
    }
    if (result.count === 0) source.notBeforeMs = nowMs + FRUITLESS_MS
    source.pageEnd = undefined
    source.settledWork = source.work
    if (this.leader === id) this.leader = undefined
  }

  failed(id: string, nowMs: number): void {
    const source = this.sources.get(id)
    if (!source) return
    source.askedMs = undefined
    source.pageEnd = undefined
    source.notBeforeMs = nowMs + RETRY_MS
    if (this.leader === id) this.leader = undefined
  }

  stalled(nowMs: number): readonly string[] {
    return [...this.sources.values()]
      .filter(({ askedMs }) => askedMs !== undefined && nowMs - askedMs >= HEADERS_STALL_MS)
      .map(source => source.id)
  }

  ask(nowMs: number): readonly SyncOutput[] {
    if (nowMs - this.staleAskMs >= STALE_ASK_MS && this.isStale() && this.sources.size > 0) {
      this.staleAskMs = nowMs
      for (const source of this.sources.values()) source.wanted = true
    }
    const outputs: SyncOutput[] = []
    for (const source of [...this.sources.values()].sort(heaviestFirst)) {
      if (!this.mayAsk(source, nowMs)) continue
      if (source.pageEnd !== undefined) this.leader = source.id
      source.askedMs = nowMs
      source.wanted = false
      outputs.push({
        do: 'askHeaders',
        peer: source.id,
        locator: this.chain.locator(source.pageEnd ?? this.chain.bestHeader),
      })
    }
    return outputs
  }

  nextMs(nowMs: number): number {
    let next = this.sources.size > 0 ? Math.max(nowMs, this.staleAskMs) + STALE_ASK_MS : Number.POSITIVE_INFINITY
    for (const { askedMs, notBeforeMs } of this.sources.values()) {
      if (askedMs !== undefined) next = Math.min(next, askedMs + HEADERS_STALL_MS)
      if (notBeforeMs > nowMs) next = Math.min(next, notBeforeMs)
    }
    return next
  }

  private mayAsk(source: Source, nowMs: number): boolean {
    if (source.askedMs !== undefined || nowMs < source.notBeforeMs) return false
    if (source.pageEnd !== undefined && this.leader !== source.id) {
      if (this.leader !== undefined) return false
      // another peer's pages have shown as much as this one claims
      if (source.work <= this.chain.bestHeader.chainWork) source.pageEnd = undefined
    }
    if (source.pageEnd !== undefined || source.wanted) return true
    return source.work > this.chain.bestHeader.chainWork && source.work > source.settledWork
  }
}

const heaviestFirst = (a: Source, b: Source): number => (a.work === b.work ? 0 : a.work > b.work ? -1 : 1)
