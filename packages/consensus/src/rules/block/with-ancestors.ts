import {
  type Block,
  blockWeight,
  committedHash,
  equalBytes,
  type Height,
  hasWitness,
  type Transaction,
  witnessCommitment,
} from '@raistone/primitives'
import { pushNumber } from '@raistone/script'
import type { ChainParams } from '../../params/chain-params.js'
import type { Reject, Verdict } from '../../verdict.js'
import { MAX_BLOCK_WEIGHT } from '../limits.js'
import { isFinal } from '../transaction/with-ancestors.js'

/** Where a block stands. */
export interface BlockPast {
  readonly height: Height
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
}

type BlockRule = (block: Block, past: BlockPast, params: ChainParams) => Verdict

const invalid = (rule: string, detail: string): Reject => ({ rule, cause: 'consensus', detail })
const mutated = (rule: string, detail: string): Reject => ({ rule, cause: 'mutated', detail })

/** BIP-0113: from CSV on, lock times are compared with the median time, which no single miner sets. */
const finalTransactions: BlockRule = ({ header, transactions }, { height, medianTimePast }, { forks }) => {
  const timeSec = height >= forks.csv ? medianTimePast : header.time
  const locked = transactions.find(tx => !isFinal(tx, height, timeSec))
  return locked && invalid('bad-txns-nonfinal', `transaction ${locked.txid} is locked until ${locked.lockTime}`)
}

/** BIP-0034: the coinbase starts with the height, so that no two coinbases are alike. */
const heightInCoinbase: BlockRule = ({ transactions: [coinbase] }, { height }, { forks }) => {
  if (height < forks.bip34) return undefined
  const expected = pushNumber(height)
  const script = coinbase?.inputs[0]?.scriptSig
  return script && script.length >= expected.length && equalBytes(script.subarray(0, expected.length), expected)
    ? undefined
    : invalid('bad-cb-height', 'block height mismatch in coinbase')
}

const RESERVED_LENGTH = 32

/** BIP-0141: the reserved value is the only item of the coinbase's witness, and the commitment covers all witnesses. */
function checkCommitment(commitment: Uint8Array, transactions: readonly Transaction[]): Verdict {
  const witness = transactions[0]?.inputs[0]?.witness
  const reserved = witness?.[0]
  if (witness?.length !== 1 || reserved?.length !== RESERVED_LENGTH)
    return mutated('bad-witness-nonce-size', 'the coinbase has no single reserved value of 32 bytes')
  return equalBytes(witnessCommitment(transactions, reserved), commitment)
    ? undefined
    : mutated('bad-witness-merkle-match', 'the witnesses are not those that the coinbase commits to')
}

const committedWitnesses: BlockRule = ({ transactions }, { height }, { forks }) => {
  const commitment = height >= forks.segwit && transactions[0] ? committedHash(transactions[0]) : undefined
  if (commitment) return checkCommitment(commitment, transactions)
  const stray = transactions.find(hasWitness)
  return stray && mutated('unexpected-witness', `transaction ${stray.txid} has a witness nobody commits to`)
}

/** After the witnesses are known to be the block's own, as in Core: otherwise anybody could make a block too heavy. */
const weightInRange: BlockRule = block =>
  blockWeight(block) > MAX_BLOCK_WEIGHT ? invalid('bad-blk-weight', `${blockWeight(block)}`) : undefined

/** Core's order (ContextualCheckBlock). */
const rules: readonly BlockRule[] = [finalTransactions, heightInCoinbase, committedWitnesses, weightInRange]

/** What a block's place in the chain says about it. */
export function checkBlockWithAncestors(block: Block, past: BlockPast, params: ChainParams): Verdict {
  for (const rule of rules) {
    const verdict = rule(block, past, params)
    if (verdict) return verdict
  }
  return undefined
}
