import type { Header, Height } from '@raistone/primitives'
import type { ChainParams, ForkHeights } from '../../params/chain-params.js'
import { type Breach, type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'
import type { RuleName } from '../rule-name.js'

/** What a header is compared with. */
export interface HeaderPast {
  readonly parent: { readonly height: Height; readonly time: number }
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
  /** What the retarget schedule dictates. */
  readonly expectedBits: number
  /** Our clock. */
  readonly nowSec: number
}

interface HeaderFacts extends HeaderPast {
  readonly header: Header
  readonly params: ChainParams
}

type HeaderCheck = Check<HeaderFacts>

const bitsOnSchedule: HeaderCheck = ({ header, expectedBits }) =>
  header.bits === expectedBits ? undefined : `${header.bits.toString(16)}, expected ${expectedBits.toString(16)}`

const afterMedianTime: HeaderCheck = ({ header, medianTimePast }) =>
  header.time > medianTimePast ? undefined : `${header.time} <= ${medianTimePast}`

/** Where each block's time alone sets the next target, going back would be paid in difficulty. */
const afterParent: HeaderCheck = ({ header, parent, params: { pow } }) =>
  pow.retarget.kind !== 'relative' || header.time > parent.time
    ? undefined
    : `${header.time} <= ${parent.time}, its parent's`

/** Seconds that the first block of an interval may lie before its parent. */
const MAX_TIMEWARP_SEC = 600

/** Without it the edges of retarget intervals can be pulled apart and difficulty driven down. */
const noTimeWarp: HeaderCheck = ({ header, parent, params: { pow } }) => {
  const { retarget } = pow
  if (retarget.kind !== 'bitcoin' || !retarget.enforceBip94) return undefined
  if ((parent.height + 1) % retarget.intervalBlocks !== 0) return undefined
  const least = parent.time - MAX_TIMEWARP_SEC
  return header.time < least ? `${header.time} < ${least}` : undefined
}

/** It may be valid later: nothing about it is remembered. */
const notFromTheFuture: HeaderCheck = ({ header, nowSec, params: { pow } }) =>
  header.time > nowSec + pow.futureLimitSec ? `${header.time} > ${nowSec} + ${pow.futureLimitSec}` : undefined

const versionInHex = ({ header: { version } }: HeaderFacts): `0x${string}` =>
  `0x${(version >>> 0).toString(16).padStart(8, '0')}`

const outdated = (facts: HeaderFacts): RuleName => `bad-version(${versionInHex(facts)})`

/** Blocks had to announce by their version that they obey a soft fork. Versions are signed. */
const atLeast = (version: number, fork: keyof ForkHeights, facts: HeaderFacts): Breach =>
  facts.header.version < version && facts.parent.height + 1 >= facts.params.forks[fork]
    ? `rejected nVersion=${versionInHex(facts)} block`
    : undefined

const announcesHeights: HeaderCheck = facts => atLeast(2, 'bip34', facts)

const announcesStrictDer: HeaderCheck = facts => atLeast(3, 'bip66', facts)

const announcesLockTimes: HeaderCheck = facts => atLeast(4, 'bip65', facts)

/** Core's order (ContextualCheckBlockHeader): it decides what is told first. */
export const headerRules: readonly Rule<HeaderFacts>[] = [
  {
    reason: 'bad-diffbits',
    cause: 'header',
    about: 'The bits are those of the retarget schedule; a miner has no choice.',
    source: 'Core: GetNextWorkRequired',
    check: bitsOnSchedule,
  },
  {
    reason: 'time-too-old',
    cause: 'header',
    about: 'A block is later than the median time of the eleven before it.',
    source: 'BIP-0113',
    check: afterMedianTime,
  },
  {
    reason: 'time-too-old',
    cause: 'header',
    about: 'With `relative` retargets a block is later than its parent.',
    source: 'Raistone: `relative` retargets',
    check: afterParent,
  },
  {
    reason: 'time-timewarp-attack',
    cause: 'header',
    about:
      'The first block of a retarget interval is at most 600 seconds earlier than its parent, where BIP-0094 holds.',
    source: 'BIP-0094',
    check: noTimeWarp,
  },
  {
    reason: 'time-too-new',
    cause: 'early',
    about: 'A block is not further ahead of our clock than the chain allows, two hours in Bitcoin.',
    source: 'Core: ContextualCheckBlockHeader',
    check: notFromTheFuture,
  },
  {
    reason: 'bad-version(0x…)',
    cause: 'header',
    about: 'The version is 2 at least from BIP-0034 on.',
    source: 'BIP-0034',
    check: announcesHeights,
    inFull: outdated,
  },
  {
    reason: 'bad-version(0x…)',
    cause: 'header',
    about: 'The version is 3 at least from BIP-0066 on.',
    source: 'BIP-0066',
    check: announcesStrictDer,
    inFull: outdated,
  },
  {
    reason: 'bad-version(0x…)',
    cause: 'header',
    about: 'The version is 4 at least from BIP-0065 on.',
    source: 'BIP-0065',
    check: announcesLockTimes,
    inFull: outdated,
  },
]

/** What a header's ancestors and our clock say about it. */
export const checkHeaderWithAncestors = (header: Header, past: HeaderPast, params: ChainParams): RuleVerdict =>
  firstBreach(headerRules, { header, params, ...past })
