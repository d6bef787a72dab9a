import type { Sats } from '@raistone/primitives'

/** A coin as selection sees it: its worth after the fee of spending it. */
export interface Candidate<T> {
  readonly coin: T
  readonly effective: Sats
}

export interface Target {
  /** What the coins must be worth: the amounts and the fee of everything but inputs. */
  readonly amount: Sats
  /** Fee of a change output now and of spending it later: as much may be given away rather than made into change. */
  readonly costOfChange: Sats
}

/** The largest coins come first: with more than these no set would be small enough to be worth its fee. */
const MOST_CANDIDATES = 2000

/** Steps of the search; few sets of coins need more, and those are no better by hand. */
const MOST_STEPS = 100_000

function largestFirst<T>(candidates: readonly Candidate<T>[]): Candidate<T>[] {
  return [...candidates].sort((a, b) => (a.effective > b.effective ? -1 : a.effective < b.effective ? 1 : 0))
}

/** Branch and bound (Erhardt, 2016): a set that needs no change, with the least excess; undefined if none is found. */
export function selectExactly<T>(candidates: readonly Candidate<T>[], target: Target): T[] | undefined {
  const sorted = largestFirst(candidates).slice(0, MOST_CANDIDATES)
  const rest: Sats[] = new Array(sorted.length + 1).fill(0n)
  for (let i = sorted.length - 1; i >= 0; i--) rest[i] = (rest[i + 1] as Sats) + (sorted[i] as Candidate<T>).effective
  const most = target.amount + target.costOfChange
  let best: { readonly chosen: readonly number[]; readonly excess: Sats } | undefined
  const chosen: number[] = []
  let sum = 0n
  let steps = 0
  const descend = (at: number): void => {
    if (++steps > MOST_STEPS || sum > most || sum + (rest[at] as Sats) < target.amount) return
    if (sum >= target.amount) {
      const excess = sum - target.amount
      if (!best || excess < best.excess) best = { chosen: [...chosen], excess }
      return
    }
    if (at === sorted.length || best?.excess === 0n) return
    chosen.push(at)
    sum += (sorted[at] as Candidate<T>).effective
    descend(at + 1)
    sum -= (sorted[at] as Candidate<T>).effective
    chosen.pop()
    // The same amount again would only repeat what was just tried.
    let next = at + 1
    while (next < sorted.length && sorted[next]?.effective === sorted[at]?.effective) next++
    descend(next)
  }
  descend(0)
  return best?.chosen.map(i => (sorted[i] as Candidate<T>).coin)
}

/** The largest coins until they are worth the amount; undefined if all together are not. */
export function selectLargest<T>(candidates: readonly Candidate<T>[], amount: Sats): T[] | undefined {
  const chosen: T[] = []
  let sum = 0n
  for (const { coin, effective } of largestFirst(candidates)) {
    if (sum >= amount) break
    chosen.push(coin)
    sum += effective
  }
  return sum >= amount ? chosen : undefined
}
