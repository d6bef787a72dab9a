import type { Family, Verdict } from './cases.js'
import type { Judged } from './judge.js'

interface KindFigures {
  cases: number
  /** Absent, as in the whole, where cases are not of the sort that holds or not. */
  valid?: number
}

/** Counts of one family. */
export interface Figures {
  readonly cases: number
  readonly valid?: number
  readonly invalid?: number
  readonly edge: number
  /** How many the slow judge was asked, for any reason. */
  readonly oracle: number
  readonly failed: number
  readonly kinds: Readonly<Record<string, KindFigures>>
  /** How often each was the verdict. */
  readonly verdicts?: Readonly<Record<string, number>>
}

/** Counts cases as they are judged. */
export class Tally<T> {
  private readonly kinds: Record<string, KindFigures> = {}
  private readonly verdicts: Record<string, number> = {}
  private cases = 0
  private edge = 0
  private oracle = 0
  private failed = 0

  constructor(private readonly family: Family<T>) {}

  add({ kind, verdicts, askedOracle, isWrong }: Judged<T>): void {
    this.cases++
    if (kind.edge) this.edge++
    if (askedOracle) this.oracle++
    if (isWrong) this.failed++
    const [verdict] = verdicts.values() as IterableIterator<Verdict>
    const figures = (this.kinds[kind.name] ??= { cases: 0 })
    figures.cases++
    if (this.family.valid === undefined) return
    figures.valid = (figures.valid ?? 0) + (verdict === this.family.valid ? 1 : 0)
    this.verdicts[String(verdict)] = (this.verdicts[String(verdict)] ?? 0) + 1
  }

  get figures(): Figures {
    const { cases, edge, oracle, failed, kinds, verdicts } = this
    const valid = verdicts[String(this.family.valid)] ?? 0
    const split = this.family.valid === undefined ? {} : { valid, invalid: cases - valid, verdicts }
    return { cases, ...split, edge, oracle, failed, kinds }
  }
}
