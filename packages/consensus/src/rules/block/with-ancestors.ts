import {
  type Block,
  blockWeight,
  committedHash,
  emptyBytes,
  equalBytes,
  type Height,
  hasWitness,
  witnessCommitment,
} from '@raistone/primitives'
import { pushNumber } from '@raistone/script'
import type { ChainParams } from '../../params/chain-params.js'
import { MAX_BLOCK_WEIGHT } from '../limits.js'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'
import { isFinal } from '../transaction/with-ancestors.js'

/** Where a block stands. */
export interface BlockPast {
  readonly height: Height
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
}

interface BlockFacts extends BlockPast {
  readonly block: Block
  readonly params: ChainParams
  /** BIP-0141: what the coinbase commits to; undefined where it does not, and where commitments mean nothing yet. */
  readonly commitment: Uint8Array | undefined
}

type BlockCheck = Check<BlockFacts>

/** From CSV on, lock times are compared with the median time, which no single miner sets. */
const finalTransactions: BlockCheck = ({ block, height, medianTimePast, params }) => {
  const timeSec = height >= params.forks.csv ? medianTimePast : block.header.time
  const locked = block.transactions.find(tx => !isFinal(tx, height, timeSec))
  return locked && `transaction ${locked.txid} is locked until ${locked.lockTime}`
}

const heightInCoinbase: BlockCheck = ({ block, height, params }) => {
  if (height < params.forks.bip34) return undefined
  const expected = pushNumber(height)
  const script = block.transactions[0]?.inputs[0]?.scriptSig
  return script && script.length >= expected.length && equalBytes(script.subarray(0, expected.length), expected)
    ? undefined
    : 'block height mismatch in coinbase'
}

const coinbaseWitness = ({ transactions }: Block): readonly Uint8Array[] => transactions[0]?.inputs[0]?.witness ?? []

const RESERVED_LENGTH = 32

const oneReservedValue: BlockCheck = ({ block, commitment }) => {
  const witness = coinbaseWitness(block)
  return !commitment || (witness.length === 1 && witness[0]?.length === RESERVED_LENGTH)
    ? undefined
    : 'the coinbase has no single reserved value of 32 bytes'
}

/** A tree of witnesses cannot be mutated where that of the transactions, which has as many leaves, is not. */
const committedWitnesses: BlockCheck = ({ block, commitment }) => {
  const [reserved = emptyBytes] = coinbaseWitness(block)
  return !commitment || equalBytes(witnessCommitment(block.transactions, reserved), commitment)
    ? undefined
    : 'the witnesses are not those that the coinbase commits to'
}

const noStrayWitness: BlockCheck = ({ block, commitment }) => {
  const stray = commitment ? undefined : block.transactions.find(hasWitness)
  return stray && `transaction ${stray.txid} has a witness nobody commits to`
}

/** After the witnesses are known to be the block's own: otherwise anybody could make a block too heavy. */
const weightInRange: BlockCheck = ({ block }) =>
  blockWeight(block) > MAX_BLOCK_WEIGHT ? `${blockWeight(block)}` : undefined

/** Core's order (ContextualCheckBlock). */
export const placedRules: readonly Rule<BlockFacts>[] = [
  {
    reason: 'bad-txns-nonfinal',
    cause: 'consensus',
    about: 'The lock time of every transaction has passed: its height, or its time by the median time from CSV on.',
    source: 'BIP-0113',
    check: finalTransactions,
  },
  {
    reason: 'bad-cb-height',
    cause: 'consensus',
    about: 'The coinbase’s script begins with the height, pushed in the shortest way.',
    source: 'BIP-0034',
    check: heightInCoinbase,
  },
  {
    reason: 'bad-witness-nonce-size',
    cause: 'mutated',
    about: 'Where the coinbase commits to the witnesses, its own is a single value of 32 bytes.',
    source: 'BIP-0141',
    check: oneReservedValue,
  },
  {
    reason: 'bad-witness-merkle-match',
    cause: 'mutated',
    about: 'The witnesses are those that the coinbase commits to.',
    source: 'BIP-0141',
    check: committedWitnesses,
  },
  {
    reason: 'unexpected-witness',
    cause: 'mutated',
    about: 'Where the coinbase commits to none, no transaction has a witness.',
    source: 'BIP-0141',
    check: noStrayWitness,
  },
  {
    reason: 'bad-blk-weight',
    cause: 'consensus',
    about: 'A block weighs 4,000,000 at most, bytes outside witnesses counting four times.',
    source: 'BIP-0141',
    check: weightInRange,
  },
]

/** What a block's place in the chain says about it. */
export function checkBlockWithAncestors(block: Block, past: BlockPast, params: ChainParams): RuleVerdict {
  const [coinbase] = block.transactions
  const commitment = past.height >= params.forks.segwit && coinbase ? committedHash(coinbase) : undefined
  return firstBreach(placedRules, { block, params, commitment, ...past })
}
