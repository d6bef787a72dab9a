import {
  type Block,
  type Curve,
  doneAtOnce,
  isCoinbase,
  type MerkleResult,
  merkleRoot,
  type Steps,
} from '@raistone/primitives'
import { legacySigops } from '@raistone/script'
import type { ChainParams } from '../../params/chain-params.js'
import { MAX_BLOCK_SIGOPS_COST, MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from '../limits.js'
import { BROKEN, type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'
import { checkTransactionAlone } from '../transaction/alone.js'
import { inBlock } from '../transaction/in-block.js'
import { checkSignetSolution } from './signet.js'

interface SolutionFacts {
  readonly block: Block
  /** Undefined where anybody may mine. */
  readonly challenge: Uint8Array | undefined
  readonly curve: Curve
}

interface BlockFacts {
  readonly block: Block
  /** Over the block's transactions. */
  readonly tree: MerkleResult
}

type BlockCheck = Check<BlockFacts>

const satisfiesChallenge: Check<SolutionFacts> = ({ block, challenge, curve }) =>
  challenge && !checkSignetSolution(block, challenge, curve) ? 'signet block signature validation failure' : undefined

const rootOfItsTransactions: BlockCheck = ({ block, tree }) =>
  tree.root === block.header.merkleRoot ? undefined : `${tree.root} by its transactions`

/** Another list has the same root, and may be the true one. */
const noTailRepeated: BlockCheck = ({ tree }) => (tree.mutated ? BROKEN : undefined)

/**
 * Without witnesses, which are not checked yet. Core counts the transactions, too, before it measures them: none has
 * less than 10 bytes, so that a million of them are too many bytes as well.
 */
const sizeInRange: BlockCheck = ({ block: { transactions, strippedSize } }) =>
  transactions.length === 0 || strippedSize * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT
    ? `${transactions.length} transactions, ${strippedSize} bytes without witnesses`
    : undefined

/** Two hashes side by side: what a transaction of this size, without witnesses, may really be. */
const INNER_NODE_SIZE = 64

const startsWithCoinbase: BlockCheck = ({ block: { transactions } }) =>
  transactions[0] && isCoinbase(transactions[0]) ? undefined : BROKEN

/**
 * Inner nodes of the true block's tree can be passed off as transactions of 64 bytes under the same root, though not
 * as a coinbase, whose null outpoint no hashes spell. Such a list says nothing about the true block.
 */
const noInnerNodes: BlockCheck = facts => {
  const mayBe = facts.block.transactions.some(tx => tx.strippedSize === INNER_NODE_SIZE)
  return mayBe && startsWithCoinbase(facts) !== undefined ? 'a transaction of 64 bytes may be an inner node' : undefined
}

const oneCoinbase: BlockCheck = ({ block }) => (block.transactions.slice(1).some(isCoinbase) ? BROKEN : undefined)

/** Those that can be counted without coins. */
const legacySigopsInRange: Check<Block> = ({ transactions }) => {
  const cost = transactions.reduce((sum, tx) => sum + legacySigops(tx), 0) * WITNESS_SCALE_FACTOR
  return cost > MAX_BLOCK_SIGOPS_COST ? `cost ${cost}` : undefined
}

/** Asked first, as in Core (CheckBlock), but not of templates: nobody has signed them yet. */
export const solutionRules: readonly Rule<SolutionFacts>[] = [
  {
    reason: 'bad-signet-blksig',
    cause: 'consensus',
    about: 'Where the chain has a challenge, the solution in the coinbase satisfies it.',
    source: 'BIP-0325',
    check: satisfiesChallenge,
  },
]

/** Asked next, in Core's order (CheckBlock); after these come the rules of each transaction alone. */
export const bodyRules: readonly Rule<BlockFacts>[] = [
  {
    reason: 'bad-txnmrklroot',
    cause: 'mutated',
    about: 'The transactions are those whose Merkle root is in the header.',
    source: 'Core: CheckMerkleRoot',
    check: rootOfItsTransactions,
  },
  {
    reason: 'bad-txns-duplicate',
    cause: 'mutated',
    about: 'The end of the list of transactions is not repeated in a way that leaves the Merkle root as it was.',
    source: 'CVE-2012-2459',
    check: noTailRepeated,
  },
  {
    reason: 'bad-blk-length',
    cause: 'consensus',
    about: 'A block has transactions, and 1,000,000 bytes at most without witnesses.',
    source: 'Core: CheckBlock',
    check: sizeInRange,
  },
  {
    reason: 'bad-cb-missing',
    cause: 'mutated',
    about: 'Where no coinbase comes first, no transaction has the 64 bytes of an inner node of a Merkle tree.',
    source: 'Core: IsBlockMutated',
    check: noInnerNodes,
  },
  {
    reason: 'bad-cb-missing',
    cause: 'consensus',
    about: 'The first transaction is a coinbase.',
    source: 'Core: CheckBlock',
    check: startsWithCoinbase,
  },
  {
    reason: 'bad-cb-multiple',
    cause: 'consensus',
    about: 'No other transaction is a coinbase.',
    source: 'Core: CheckBlock',
    check: oneCoinbase,
  },
]

/** Asked when every transaction is sound by itself, as in Core (CheckBlock). */
export const countRules: readonly Rule<Block>[] = [
  {
    reason: 'bad-blk-sigops',
    cause: 'consensus',
    about: 'The signature operations in scripts of inputs and outputs cost 80,000 at most, four each.',
    source: 'Core: CheckBlock',
    check: legacySigopsInRange,
  },
]

/** Inputs and outputs that are looked at in one step. */
const STEP_PUTS = 2000

function* checkTransactions({ transactions }: Block, params: ChainParams): Steps<RuleVerdict> {
  let puts = 0
  for (const tx of transactions) {
    const verdict = checkTransactionAlone(tx, params)
    if (verdict) return inBlock(tx, verdict)
    puts += tx.inputs.length + tx.outputs.length
    if (puts < STEP_PUTS) continue
    puts = 0
    yield
  }
  return undefined
}

/** Whether somebody made the block who may: its work has been judged before, and is worth a signature check. */
export const checkBlockSolution = (
  block: Block,
  { signetChallenge }: Pick<ChainParams, 'signetChallenge'>,
  curve: Curve,
): RuleVerdict => firstBreach(solutionRules, { block, challenge: signetChallenge, curve })

/** What can be said of a block without its ancestors; its header has been judged before. */
export const checkBlockAlone = (block: Block, params: ChainParams): RuleVerdict =>
  doneAtOnce(checkBlockAloneInSteps(block, params))

/** The same in steps. */
export function* checkBlockAloneInSteps(block: Block, params: ChainParams): Steps<RuleVerdict> {
  const tree = merkleRoot(block.transactions.map(tx => tx.txid))
  const verdict = firstBreach(bodyRules, { block, tree })
  if (verdict) return verdict
  yield
  return (yield* checkTransactions(block, params)) ?? firstBreach(countRules, block)
}
