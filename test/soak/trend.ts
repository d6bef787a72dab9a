/** A straight line through what was sampled at equal distances. */
export interface Trend {
  /** The mean. */
  readonly level: number
  /** By how much the line rises from its first to its last sample. */
  readonly rise: number
  /** The same as a share of the level. */
  readonly growth: number
}

/** What comes before is warming up. */
const SETTLED_SHARE = 0.8

/** The line with the least squares through the last four fifths of the samples. */
export function trendOf(samples: readonly number[]): Trend {
  const settled = samples.slice(samples.length - Math.round(samples.length * SETTLED_SHARE))
  const level = settled.reduce((sum, value) => sum + value, 0) / settled.length
  const middle = (settled.length - 1) / 2
  let products = 0
  let squares = 0
  settled.forEach((value, at) => {
    products += (at - middle) * (value - level)
    squares += (at - middle) ** 2
  })
  const rise = (products / squares) * (settled.length - 1)
  return { level, rise, growth: rise === 0 ? 0 : rise / level }
}
