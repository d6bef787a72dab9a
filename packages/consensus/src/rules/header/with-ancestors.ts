import type { Header, Height } from '@raistone/primitives'
import type { ChainParams } from '../../params/chain-params.js'
import type { Reject, Verdict } from '../../verdict.js'

/** What a header is compared with. */
export interface HeaderPast {
  readonly parent: { readonly height: Height; readonly header: Pick<Header, 'time'> }
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
  /** What the retarget schedule dictates. */
  readonly expectedBits: number
  /** Our clock. */
  readonly nowSec: number
}

type HeaderRule = (header: Header, past: HeaderPast, params: ChainParams) => Verdict

const wrong = (rule: string, detail: string): Reject => ({ rule, cause: 'header', detail })

/** Bits are dictated by the retarget schedule, never chosen by the miner. */
const bitsOnSchedule: HeaderRule = (header, { expectedBits }) =>
  header.bits === expectedBits
    ? undefined
    : wrong('bad-diffbits', `${header.bits.toString(16)}, expected ${expectedBits.toString(16)}`)

/** BIP-0113. A block is later than the median of its eleven ancestors. */
const afterMedianTime: HeaderRule = (header, { medianTimePast }) =>
  header.time > medianTimePast ? undefined : wrong('time-too-old', `${header.time} <= ${medianTimePast}`)

/** Where each block's time alone sets the next target, a block is later than its parent: going back would be paid in difficulty. */
const afterParent: HeaderRule = (header, { parent }, { pow }) =>
  pow.retarget.kind !== 'relative' || header.time > parent.header.time
    ? undefined
    : wrong('time-too-old', `${header.time} <= ${parent.header.time}, its parent's`)

/** Seconds that the first block of an interval may lie before its parent. */
const MAX_TIMEWARP_SEC = 600

/** BIP-0094. Without it the edges of retarget intervals can be pulled apart and difficulty driven down. */
const noTimeWarp: HeaderRule = (header, { parent }, { pow: { retarget } }) => {
  if (retarget.kind !== 'bitcoin' || !retarget.enforceBip94) return undefined
  if ((parent.height + 1) % retarget.intervalBlocks !== 0) return undefined
  const least = parent.header.time - MAX_TIMEWARP_SEC
  return header.time < least ? wrong('time-timewarp-attack', `${header.time} < ${least}`) : undefined
}

/** A block from the future may be valid later: nothing about it is remembered. */
const notFromTheFuture: HeaderRule = (header, { nowSec }, { pow }) =>
  header.time > nowSec + pow.futureLimitSec
    ? { rule: 'time-too-new', cause: 'early', detail: `${header.time} > ${nowSec} + ${pow.futureLimitSec}` }
    : undefined

/** Versions that BIP-0034, 0066 and 0065 left behind. */
const versionOfItsTime: HeaderRule = ({ version }, { parent }, { forks }) => {
  const height = parent.height + 1
  const outdated =
    (version < 2 && height >= forks.bip34) ||
    (version < 3 && height >= forks.bip66) ||
    (version < 4 && height >= forks.bip65)
  const hex = (version >>> 0).toString(16).padStart(8, '0')
  return outdated ? wrong(`bad-version(0x${hex})`, `rejected nVersion=0x${hex} block`) : undefined
}

/** Core's order (ContextualCheckBlockHeader): it decides what is reported first. */
const rules: readonly HeaderRule[] = [
  bitsOnSchedule,
  afterMedianTime,
  afterParent,
  noTimeWarp,
  notFromTheFuture,
  versionOfItsTime,
]

/** What a header's ancestors and our clock say about it. */
export function checkHeaderWithAncestors(header: Header, past: HeaderPast, params: ChainParams): Verdict {
  for (const rule of rules) {
    const verdict = rule(header, past, params)
    if (verdict) return verdict
  }
  return undefined
}
