import { type Height, SEQUENCE_FINAL, type TransactionBody } from '@raistone/primitives'
import type { Coin } from '../../coin.js'
import type { ChainParams } from '../../params/chain-params.js'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'

/** Lock times below this are heights, from here on seconds since 1970. */
export const LOCKTIME_THRESHOLD = 500_000_000

/** Whether the lock time has passed for a block at this height, `timeSec` being what lock times are compared with. */
export function isFinal(tx: TransactionBody, height: Height, timeSec: number): boolean {
  if (tx.lockTime === 0) return true
  if (tx.lockTime < (tx.lockTime < LOCKTIME_THRESHOLD ? height : timeSec)) return true
  return tx.inputs.every(input => input.sequence === SEQUENCE_FINAL)
}

/** The block a transaction would be in, as relative locks see it. */
export interface SequenceContext {
  readonly height: Height
  /** BIP-0113: of its parent, seconds. */
  readonly medianTimePast: number
  /** Of its ancestors. */
  readonly medianTimePastAt: (height: Height) => number
  readonly params: Pick<ChainParams, 'forks'>
}

interface LockFacts {
  readonly tx: TransactionBody
  /** One per input. */
  readonly coins: readonly Coin[]
  readonly at: SequenceContext
}

const DISABLED = 0x80000000
const BY_TIME = 0x00400000
const VALUE = 0xffff
/** Relative times count in units of 512 seconds. */
const TIME_SHIFT = 9

/** Whether one input's coin is old enough for its sequence. */
function isUnlocked(sequence: number, coin: Coin, at: SequenceContext): boolean {
  if (sequence & DISABLED) return true
  const units = sequence & VALUE
  if (!(sequence & BY_TIME)) return coin.height + units <= at.height
  // A coin's age counts from the block before the one that made it.
  const sinceSec = at.medianTimePastAt(Math.max(coin.height - 1, 0))
  return sinceSec + (units << TIME_SHIFT) <= at.medianTimePast
}

const coinsOldEnough: Check<LockFacts> = ({ tx, coins, at }) => {
  if (tx.version < 2 || at.height < at.params.forks.csv) return undefined
  const locked = tx.inputs.findIndex((input, i) => !isUnlocked(input.sequence, coins[i] as Coin, at))
  return locked < 0 ? undefined : `input ${locked} is locked by its sequence`
}

/** A later block may have the transaction. */
export const lockRules: readonly Rule<LockFacts>[] = [
  {
    reason: 'bad-txns-nonfinal',
    cause: 'early',
    about: 'From version 2 on, every coin that a transaction spends is as old as the sequence of its input demands.',
    source: 'BIP-0068',
    check: coinsOldEnough,
  },
]

/** Relative lock times of all inputs; `coins` has one coin per input. */
export const checkSequenceLocks = (tx: TransactionBody, coins: readonly Coin[], at: SequenceContext): RuleVerdict =>
  firstBreach(lockRules, { tx, coins, at })
