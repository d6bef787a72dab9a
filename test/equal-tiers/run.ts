import type { Family, Verdict } from './cases.js'
import { Draw } from './draw.js'
import { type Judged, judgeCase } from './judge.js'
import { type Figures, Tally } from './tally.js'

export interface RunOptions {
  readonly seed: number
  readonly cases: number
  /** How many cases, chosen by the seed, are asked of the slow judge whatever they are. */
  readonly sample: number
}

/** A wrongly judged case as it is shown: seed, family and number make it anew. */
export interface Failure {
  readonly seed: number
  readonly family: string
  readonly case: number
  readonly kind: string
  readonly verdicts: Readonly<Record<string, Verdict>>
  readonly expected?: Verdict
  readonly input: Readonly<Record<string, string | number>>
}

export interface Outcome {
  readonly figures: Figures
  /** The wrongly judged case with the shortest input. */
  readonly smallest?: Failure
}

/** So many different numbers below `cases`, one out of each of as many equal stretches. */
function chosen({ seed, cases, sample }: RunOptions, name: string): Set<number> {
  const draw = new Draw(`${seed}/${name}/sample`)
  const count = Math.min(sample, cases)
  const start = (i: number): number => Math.floor((i * cases) / count)
  return new Set(Array.from({ length: count }, (_, i) => start(i) + draw.below(start(i + 1) - start(i))))
}

function describeFailure<T>(family: Family<T>, seed: number, judged: Judged<T>): Failure {
  const { number, kind, made, verdicts } = judged
  return {
    seed,
    family: family.name,
    case: number,
    kind: kind.name,
    verdicts: Object.fromEntries(verdicts),
    ...(made.expected === undefined ? {} : { expected: made.expected }),
    input: family.show(made.input),
  }
}

const sizeOf = (failure: Failure): number => JSON.stringify(failure.input).length

/** Makes and judges all cases of a family. */
export function runFamily<T>(family: Family<T>, options: RunOptions): Outcome {
  const sample = chosen(options, family.name)
  const tally = new Tally(family)
  let smallest: Failure | undefined
  for (let number = 0; number < options.cases; number++) {
    const judged = judgeCase(family, options.seed, number, sample.has(number))
    tally.add(judged)
    if (!judged.isWrong) continue
    const failure = describeFailure(family, options.seed, judged)
    if (!smallest || sizeOf(failure) < sizeOf(smallest)) smallest = failure
  }
  return smallest ? { figures: tally.figures, smallest } : { figures: tally.figures }
}
