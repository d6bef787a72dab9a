import type { BlockHash, Header } from '@raistone/primitives'
import { forksAt, RuleScene, rulesWith } from '../../support/rule-scene.js'
import type { Scene, Subject } from './scene.js'

const { pow } = rulesWith()

/** A block that pays its miner more than there is: known as failed when it has been judged. */
const greedy = (at: RuleScene) => at.build({ fees: 1n })

const block = (at: RuleScene, header: Partial<Header>): Subject => ({ block: at.build({ header }) })

/** The header of a block that would follow this one. */
const after = (at: RuleScene, prev: BlockHash): Subject => ({ header: at.build({ header: { prev } }).header })

/** Blocks a thousand seconds apart, so that the median time is far behind the last. */
const slow = (length: number, retarget: typeof pow.retarget) => (): RuleScene => {
  const at = new RuleScene(rulesWith({ pow: { ...pow, retarget } }), 0)
  const start = at.medianTimePast
  for (let i = 1; i <= length; i++) at.mine({ header: { time: start + 1000 * i } })
  return at
}

const relative = slow(11, { kind: 'relative', halfLifeSec: 1_000_000, maxGapSec: 2000 })
const bip94 = slow(11, { kind: 'bitcoin', intervalBlocks: 12, allowMinDifficulty: false, enforceBip94: true })

const tipTime = (at: RuleScene): number => (at.mined.at(-1) as { header: Header }).header.time

/** The fifth block is the first that one soft fork is asked of. */
const fifth = (fork: 'bip34' | 'bip66' | 'bip65') => (): RuleScene =>
  new RuleScene(rulesWith(forksAt({ bip34: 1000, bip66: 1000, bip65: 1000, [fork]: 5 })))

const farAhead = { time: 2_000_000_000 }

/** Headers by themselves, in the tree, and among their ancestors. */
export const headerScenes: readonly Scene[] = [
  {
    rule: 'notKnownAsInvalid',
    name: 'the header of a block that failed',
    before: at => [greedy(at), at.build()],
    broken: at => ({ header: greedy(at).header }),
    sound: at => ({ header: at.build().header }),
  },
  {
    rule: 'meetsItsTarget',
    name: 'a hash above the target',
    broken: at => ({ block: at.build({ work: 'fails' }) }),
    sound: at => ({ block: at.build() }),
  },
  {
    rule: 'parentIsKnown',
    name: 'a header on a block nobody has heard of',
    broken: at => after(at, '11'.repeat(32) as BlockHash),
    sound: at => ({ header: at.build().header }),
    others: 'nothing to judge',
  },
  {
    rule: 'parentIsValid',
    name: 'a header on a block that failed',
    before: at => [greedy(at), at.build()],
    broken: at => after(at, greedy(at).hash),
    sound: at => after(at, at.build().hash),
  },
  {
    rule: 'bitsOnSchedule',
    name: 'bits one step harder than the schedule’s',
    broken: at => block(at, { bits: 0x207ffffe }),
    sound: at => block(at, { bits: 0x207fffff }),
  },
  {
    rule: 'afterMedianTime',
    name: 'the median time itself',
    broken: at => block(at, { time: at.medianTimePast }),
    sound: at => block(at, { time: at.medianTimePast + 1 }),
  },
  {
    rule: 'afterParent',
    name: 'the parent’s time, with relative retargets',
    stage: relative,
    broken: at => block(at, { time: tipTime(at) }),
    sound: at => block(at, { time: tipTime(at) + 1 }),
  },
  {
    rule: 'noTimeWarp',
    name: 'an interval that begins 601 seconds before its parent',
    stage: bip94,
    broken: at => block(at, { time: tipTime(at) - 601 }),
    sound: at => block(at, { time: tipTime(at) - 600 }),
  },
  {
    rule: 'notFromTheFuture',
    name: 'two hours and a second ahead of our clock',
    nowSec: () => farAhead.time - 7200,
    broken: at => block(at, { time: farAhead.time + 1 }),
    sound: at => block(at, farAhead),
  },
  {
    rule: 'announcesHeights',
    name: 'version 1 in the first block of BIP-0034',
    stage: fifth('bip34'),
    broken: at => block(at, { version: 1 }),
    sound: at => block(at, { version: 2 }),
    told: 'bad-version(0x00000001)',
  },
  {
    rule: 'announcesStrictDer',
    name: 'version 2 in the first block of BIP-0066',
    stage: fifth('bip66'),
    broken: at => block(at, { version: 2 }),
    sound: at => block(at, { version: 3 }),
    told: 'bad-version(0x00000002)',
  },
  {
    rule: 'announcesLockTimes',
    name: 'version 3 in the first block of BIP-0065',
    stage: fifth('bip65'),
    broken: at => block(at, { version: 3 }),
    sound: at => block(at, { version: 4 }),
    told: 'bad-version(0x00000003)',
  },
  {
    rule: 'announcesHeights',
    name: 'a negative version',
    stage: fifth('bip34'),
    broken: at => block(at, { version: -1 }),
    sound: at => block(at, { version: 0x7fffffff }),
    told: 'bad-version(0xffffffff)',
  },
]
