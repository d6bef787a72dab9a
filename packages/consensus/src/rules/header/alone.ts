import type { BlockHash, Header } from '@raistone/primitives'
import type { ChainParams } from '../../params/chain-params.js'
import { checkProofOfWork } from '../../pow/target.js'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'

interface WorkFacts {
  readonly header: Header
  /** The header's. */
  readonly hash: BlockHash
  /** The easiest target of the chain. */
  readonly limit: bigint
}

/** That the target is the right one is for ancestors to say. */
const meetsItsTarget: Check<WorkFacts> = ({ header, hash, limit }) =>
  checkProofOfWork(hash, header.bits, limit) ? undefined : `${hash} with bits ${header.bits.toString(16)}`

/** Asked of every header before anything is looked up: forging one costs as much as a block. */
export const workRules: readonly Rule<WorkFacts>[] = [
  {
    reason: 'high-hash',
    cause: 'header',
    about: 'The hash meets the target that the bits stand for, which is a number from 1 to the limit of the chain.',
    source: 'Core: CheckProofOfWork',
    check: meetsItsTarget,
  },
]

/** What a header shows by itself: its work. */
export const checkHeaderAlone = (header: Header, hash: BlockHash, { pow }: Pick<ChainParams, 'pow'>): RuleVerdict =>
  firstBreach(workRules, { header, hash, limit: pow.limit })
