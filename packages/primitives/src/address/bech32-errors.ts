import { type Bech32Parts, type Bech32Variant, checksumConstants, checksumState, checksumStep } from './bech32.js'

/** Where a mistyped string is wrong, as far as one or two wrong characters explain it. */
export interface LocatedErrors {
  /** Undefined if neither variant is within two characters. */
  readonly variant: Bech32Variant | undefined
  /** Positions in the whole string, ascending. */
  readonly positions: readonly number[]
}

/** What a change of one value does to the final checksum state: the checksum is linear, so changes add up by xor. */
function effectsOfOneError(length: number): Map<number, number> {
  const effects = new Map<number, number>()
  for (let change = 1; change < 32; change++) {
    let state = change
    for (let at = length - 1; at >= 0; at--) {
      effects.set(state, at)
      state = checksumStep(state, 0)
    }
  }
  return effects
}

function positionsFor(difference: number, effects: ReadonlyMap<number, number>): number[] {
  const single = effects.get(difference)
  if (single !== undefined) return [single]
  for (const [effect, at] of effects) {
    const other = effects.get(difference ^ effect)
    if (other !== undefined && other !== at) return [at, other].sort((a, b) => a - b)
  }
  return []
}

/** Finds up to two wrong characters after the prefix; the variant that needs fewer wins. */
export function locateErrors({ prefix, values }: Bech32Parts): LocatedErrors {
  const state = checksumState(prefix, values)
  const effects = effectsOfOneError(values.length)
  let best: LocatedErrors = { variant: undefined, positions: [] }
  for (const variant of ['bech32', 'bech32m'] as const) {
    const found = positionsFor(state ^ checksumConstants[variant], effects)
    if (found.length > 0 && (best.positions.length === 0 || found.length < best.positions.length))
      best = { variant, positions: found.map(at => at + prefix.length + 1) }
  }
  return best
}
