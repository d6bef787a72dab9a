import { type Block, isCoinbase, merkleRoot } from '@raistone/primitives'
import { legacySigops } from '@raistone/script'
import type { ChainParams } from '../../params/chain-params.js'
import type { Reject, Verdict } from '../../verdict.js'
import { MAX_BLOCK_SIGOPS_COST, MAX_BLOCK_WEIGHT, WITNESS_SCALE_FACTOR } from '../limits.js'
import { checkTransactionAlone } from '../transaction/alone.js'

type BlockRule = (block: Block, params: ChainParams) => Verdict

const invalid = (rule: string, detail?: string): Reject =>
  detail === undefined ? { rule, cause: 'consensus' } : { rule, cause: 'consensus', detail }

/** The transactions are those the header commits to, and no list that has the same root (CVE-2012-2459). */
const committed: BlockRule = ({ header, transactions }) => {
  const { root, mutated } = merkleRoot(transactions.map(tx => tx.txid))
  if (root !== header.merkleRoot)
    return { rule: 'bad-txnmrklroot', cause: 'mutated', detail: `${root} by its transactions` }
  return mutated ? { rule: 'bad-txns-duplicate', cause: 'mutated' } : undefined
}

/** Without witnesses, which are not checked yet. */
const sizeInRange: BlockRule = ({ transactions, strippedSize }) =>
  transactions.length === 0 ||
  transactions.length * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT ||
  strippedSize * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT
    ? invalid('bad-blk-length', `${transactions.length} transactions, ${strippedSize} bytes without witnesses`)
    : undefined

/** Two hashes side by side: what a transaction of this size, without witnesses, may really be. */
const INNER_NODE_SIZE = 64

/**
 * Inner nodes of the true block's tree can be passed off as transactions of 64 bytes under the same root, though not
 * as a coinbase, whose null outpoint no hashes spell. Such a list says nothing about the true block (Core's
 * IsBlockMutated).
 */
const startsWithCoinbase: BlockRule = ({ transactions }) => {
  const [first] = transactions
  if (first && isCoinbase(first)) return undefined
  const forged = transactions.some(tx => tx.strippedSize === INNER_NODE_SIZE)
  return forged
    ? { rule: 'bad-cb-missing', cause: 'mutated', detail: 'a transaction of 64 bytes may be an inner node' }
    : invalid('bad-cb-missing')
}

const oneCoinbase: BlockRule = ({ transactions }) =>
  transactions.slice(1).some(isCoinbase) ? invalid('bad-cb-multiple') : undefined

const soundTransactions: BlockRule = ({ transactions }, params) => {
  for (const tx of transactions) {
    const verdict = checkTransactionAlone(tx, params)
    if (verdict) return { ...verdict, detail: `transaction ${tx.txid}${verdict.detail ? `: ${verdict.detail}` : ''}` }
  }
  return undefined
}

/** Those that can be counted without coins. */
const sigopsInRange: BlockRule = ({ transactions }) => {
  const cost = transactions.reduce((sum, tx) => sum + legacySigops(tx), 0) * WITNESS_SCALE_FACTOR
  return cost > MAX_BLOCK_SIGOPS_COST ? invalid('bad-blk-sigops', `cost ${cost}`) : undefined
}

/** Core's order (CheckBlock, after the header). */
const rules: readonly BlockRule[] = [
  committed,
  sizeInRange,
  startsWithCoinbase,
  oneCoinbase,
  soundTransactions,
  sigopsInRange,
]

/** What can be said of a block without its ancestors; its header has been judged before. */
export function checkBlockAlone(block: Block, params: ChainParams): Verdict {
  for (const rule of rules) {
    const verdict = rule(block, params)
    if (verdict) return verdict
  }
  return undefined
}
