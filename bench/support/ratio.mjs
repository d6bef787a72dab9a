// A figure that carries to another machine: what was measured, divided by a reference measured right before and right
// after it. A round whose two references differ too much was disturbed and is void.
import { cpus } from 'node:os'

/** How far the two references of a round may lie apart, as a share of the smaller. */
const MOST_DRIFT = 0.15
/** Rounds that must be left for a result. */
const LEAST_ROUNDS = 3

const round = (value, digits = 4) => Number(value.toFixed(digits))

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const summary = values => ({
  median: round(median(values)),
  least: round(Math.min(...values)),
  most: round(Math.max(...values)),
  spread: round((Math.max(...values) - Math.min(...values)) / median(values)),
})

/** Where the figures are from. */
export const machine = () => ({ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version })

/**
 * Measures `rounds` times, and instead of up to `spare` disturbed rounds once more each; `figure` and `reference`
 * resolve with a rate, more is better. The result is void, with no ratio, when too few rounds were left undisturbed.
 */
export async function measureRatio({ name, figure, unit, reference, referenceUnit, rounds = 5, spare = 0 }) {
  const all = []
  const wanted = () => all.filter(each => !each.void).length < rounds && all.length < rounds + spare
  while (wanted()) {
    const before = await reference()
    const value = await figure()
    const after = await reference()
    const drift = Math.abs(before - after) / Math.min(before, after)
    const ratio = (2 * value) / (before + after)
    all.push({
      value: round(value, 1),
      before: round(before, 1),
      after: round(after, 1),
      ratio: round(ratio),
      void: drift > MOST_DRIFT,
    })
    process.stderr.write(
      `${name}: round ${all.length} of ${rounds}, ratio ${ratio.toFixed(3)}${drift > MOST_DRIFT ? ', void' : ''}\n`,
    )
  }
  const good = all.filter(each => !each.void)
  const isVoid = good.length < Math.min(LEAST_ROUNDS, rounds)
  return {
    bench: name,
    unit: `${unit} / ${referenceUnit}`,
    void: isVoid,
    ratio: isVoid ? null : summary(good.map(each => each.ratio)),
    rounds: all,
    machine: machine(),
  }
}

/** Words of the form `--name=value` or `--name value`, as an object. */
export function readOptions(words) {
  const options = {}
  for (let i = 0; i < words.length; i++) {
    const match = /^--([a-z-]+)(?:=(.*))?$/.exec(words[i])
    if (!match) throw new Error(`unknown word "${words[i]}"`)
    options[match[1]] = match[2] ?? words[++i]
  }
  return options
}
