import type { ChainParams, Retarget } from '../params/chain-params.js'
import { ancestorOf, type PowAncestor } from './ancestor.js'
import { exponentOf, scaleTarget } from './exponential.js'
import { bitsToTarget, targetToBits } from './target.js'

type PowParams = ChainParams['pow']
type Rule<K extends Retarget['kind']> = (
  parent: PowAncestor,
  timeSec: number,
  retarget: Extract<Retarget, { kind: K }>,
  pow: PowParams,
) => number

/** No interval's length counts for more than four times what it should be, or less than a quarter. */
const MOST_STRETCH = 4

/** testnet3: bits of the last block that was not excused from difficulty. */
function lastRegularBits(from: PowAncestor, intervalBlocks: number, limitBits: number): number {
  let at = from
  while (at.parent && at.height % intervalBlocks !== 0 && at.bits === limitBits) at = at.parent
  return at.bits
}

/** Target after an interval whose first and last block are known (Core's CalculateNextWorkRequired). */
export function bitcoinTarget(base: bigint, actualSec: number, wantedSec: number, limit: bigint): bigint {
  const least = Math.trunc(wantedSec / MOST_STRETCH)
  const bounded = Math.min(Math.max(actualSec, least), wantedSec * MOST_STRETCH)
  const next = (base * BigInt(bounded)) / BigInt(wantedSec)
  return next > limit ? limit : next
}

const bitcoin: Rule<'bitcoin'> = (parent, timeSec, { intervalBlocks, allowMinDifficulty, enforceBip94 }, pow) => {
  const limitBits = targetToBits(pow.limit)
  if ((parent.height + 1) % intervalBlocks !== 0) {
    if (!allowMinDifficulty) return parent.bits
    if (timeSec > parent.time + 2 * pow.spacingSec) return limitBits
    return lastRegularBits(parent, intervalBlocks, limitBits)
  }
  const first = ancestorOf(parent, parent.height - (intervalBlocks - 1))
  if (!first) return limitBits
  // BIP-0094: the first block of an interval is never excused from difficulty, so its bits are the ones to go on from.
  const base = bitsToTarget(enforceBip94 ? first.bits : parent.bits)
  const wantedSec = intervalBlocks * pow.spacingSec
  return targetToBits(bitcoinTarget(base, parent.time - first.time, wantedSec, pow.limit))
}

/** How far a chain is from its absolute schedule. */
export interface Schedule {
  readonly anchorTarget: bigint
  /** From the anchor's parent to the block before the one asked for, seconds. */
  readonly timeDiff: number
  /** From the anchor to the block before the one asked for. */
  readonly heightDiff: number
  readonly spacingSec: number
  readonly halfLifeSec: number
}

/** aserti3-2d: the target doubles for every half-life that the chain lags behind its schedule. */
export function asertTarget(schedule: Schedule, limit: bigint): bigint {
  const { anchorTarget, timeDiff, heightDiff, spacingSec, halfLifeSec } = schedule
  return scaleTarget(anchorTarget, exponentOf(timeDiff - spacingSec * (heightDiff + 1), halfLifeSec), limit)
}

/** The schedule starts one spacing before the anchor: when the block before it was made, perhaps years ago, is no matter. */
const asert: Rule<'asert'> = (parent, _timeSec, { halfLifeSec, anchorHeight }, { limit, spacingSec }) => {
  const anchor = parent.height < anchorHeight ? undefined : ancestorOf(parent, anchorHeight)
  if (!anchor) return parent.bits
  const target = asertTarget(
    {
      anchorTarget: bitsToTarget(anchor.bits),
      timeDiff: parent.time - anchor.time + spacingSec,
      heightDiff: parent.height - anchorHeight,
      spacingSec,
      halfLifeSec,
    },
    limit,
  )
  return targetToBits(target)
}

/** A step from the parent by the time it took, of which no more than the longest gap counts: no schedule to catch up with. */
const relative: Rule<'relative'> = (parent, _timeSec, { halfLifeSec, maxGapSec }, { limit, spacingSec }) => {
  if (!parent.parent?.parent) return parent.bits
  const elapsedSec = Math.min(parent.time - parent.parent.time, maxGapSec)
  const target = scaleTarget(bitsToTarget(parent.bits), exponentOf(elapsedSec - spacingSec, halfLifeSec), limit)
  return targetToBits(target)
}

const none: Rule<'none'> = (_parent, _timeSec, _retarget, { limit }) => targetToBits(limit)

const rules: { readonly [K in Retarget['kind']]: Rule<K> } = { bitcoin, asert, relative, none }

/** The bits that the block after `parent` must have; `timeSec` is that block's own time, which only testnet3 looks at. */
export function nextBits(parent: PowAncestor, timeSec: number, { pow }: Pick<ChainParams, 'pow'>): number {
  const rule = rules[pow.retarget.kind] as Rule<Retarget['kind']>
  return rule(parent, timeSec, pow.retarget, pow)
}
