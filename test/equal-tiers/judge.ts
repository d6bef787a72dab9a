import type { Case, Family, Judge, Kind, Verdict } from './cases.js'
import { Draw } from './draw.js'

/** A case with all that was said of it. */
export interface Judged<T> {
  readonly number: number
  readonly kind: Kind<T>
  readonly made: Case<T>
  /** By the judge's name; the fast judges first. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  readonly askedOracle: boolean
  /** Judges differ or threw, or the verdict is not what the way the case was made demands. */
  readonly isWrong: boolean
}

/** A case by its number: seed, family and number are all it depends on. */
function makeCase<T>(family: Family<T>, seed: number, number: number): { kind: Kind<T>; made: Case<T> } {
  const shares = family.kinds.reduce((sum, { share }) => sum + share, 0)
  let at = number % shares
  const kind = family.kinds.find(({ share }) => (at -= share) < 0) as Kind<T>
  return { kind, made: kind.make(new Draw(`${seed}/${family.name}/${number}`)) }
}

function ask<T>(judge: Judge<T>, input: T): Verdict {
  try {
    return judge.verdict(input)
  } catch (error) {
    return `threw ${error}`
  }
}

function areWrong(verdicts: ReadonlyMap<string, Verdict>, expected: Verdict | undefined): boolean {
  const [first, ...others] = verdicts.values() as IterableIterator<Verdict>
  if (others.some(other => other !== first)) return true
  if (String(first).startsWith('threw ')) return true
  return expected !== undefined && first !== expected
}

/** Makes the case and has it judged: by the slow judge too where it is an edge, asked for, or judged wrongly. */
export function judgeCase<T>(family: Family<T>, seed: number, number: number, asksOracle: boolean): Judged<T> {
  const { kind, made } = makeCase(family, seed, number)
  const verdicts = new Map(family.judges.map(judge => [judge.name, ask(judge, made.input)]))
  const askedOracle = asksOracle || kind.edge === true || areWrong(verdicts, made.expected)
  if (askedOracle) verdicts.set(family.oracle.name, ask(family.oracle, made.input))
  return { number, kind, made, verdicts, askedOracle, isWrong: areWrong(verdicts, made.expected) }
}
