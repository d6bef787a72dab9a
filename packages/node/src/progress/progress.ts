import type { Clock } from '@raistone/consensus'

/** How far a long job is. */
export interface Figures {
  readonly height: number
  /** Dealt with since the job began. */
  readonly blocks: number
  readonly transactions?: number
  /** How much of the job is done, from 0 to 1. */
  readonly share: number
}

export interface Report extends Figures {
  /** Since the job began. */
  readonly seconds: number
  readonly blocksPerSec: number
  readonly transactionsPerSec?: number
  /** Until the job is done, in seconds; undefined while nobody can tell. */
  readonly leftSec: number | undefined
}

/** Where progress is shown. */
export interface ProgressOutput {
  /** Between two reports, at least. */
  readonly everyMs: number
  show(what: string, report: Report): void
  /** The last report, with rates of the whole job. */
  end(what: string, report: Report): void
}

/** Starts to show a job. */
export type StartProgress = (what: string) => Progress

interface Sample {
  readonly atMs: number
  readonly figures: Figures
}

/** Rates are those of the last ten to twenty seconds. */
const WINDOW_MS = 10_000

const perSecond = (more: number, seconds: number): number => (seconds > 0 ? more / seconds : 0)

function reportOf(from: Sample, to: Sample, startMs: number): Report {
  const seconds = (to.atMs - from.atMs) / 1000
  const { transactions: before = 0, ...since } = from.figures
  const { transactions, ...figures } = to.figures
  const sharePerSec = perSecond(figures.share - since.share, seconds)
  return {
    ...to.figures,
    seconds: (to.atMs - startMs) / 1000,
    blocksPerSec: perSecond(figures.blocks - since.blocks, seconds),
    ...(transactions === undefined ? {} : { transactionsPerSec: perSecond(transactions - before, seconds) }),
    leftSec: sharePerSec > 0 ? (1 - figures.share) / sharePerSec : undefined,
  }
}

/** Shows one long job, now and then, and its end. Figures are looked up only when they are shown. */
export class Progress {
  private readonly startMs: number
  private shownMs: number
  private first: Sample | undefined
  /** Where the rates begin, and where they will begin later. */
  private from: Sample | undefined
  private next: Sample | undefined
  private look: (() => Figures) | undefined

  constructor(
    private readonly what: string,
    private readonly output: ProgressOutput,
    private readonly clock: Clock,
  ) {
    this.startMs = clock.nowMs()
    this.shownMs = this.startMs
  }

  report(look: () => Figures): void {
    this.look = look
    // Not all jobs begin at nothing: what was done before is not this one's speed.
    this.first ??= { atMs: this.startMs, figures: { height: 0, blocks: 0, transactions: 0, share: look().share } }
    const nowMs = this.clock.nowMs()
    if (nowMs - this.shownMs < this.output.everyMs) return
    this.shownMs = nowMs
    const sample = { atMs: nowMs, figures: look() }
    const from = this.from ?? this.first
    this.output.show(this.what, reportOf(from, sample, this.startMs))
    if (nowMs - (this.next ?? this.first).atMs < WINDOW_MS) return
    this.from = this.next
    this.next = sample
  }

  /** Tells the end of it, if it ever began. */
  end(): void {
    if (!this.first || !this.look) return
    const sample = { atMs: this.clock.nowMs(), figures: this.look() }
    this.look = undefined
    this.output.end(this.what, reportOf(this.first, sample, this.startMs))
  }
}
