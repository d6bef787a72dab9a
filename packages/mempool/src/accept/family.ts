import type { Reject, Verdict } from '@raistone/consensus'
import type { Transaction } from '@raistone/primitives'
import type { MempoolLimits } from '../policy/limits.js'
import type { MempoolEntry } from '../pool/entry.js'
import type { TransactionGraph } from '../pool/graph.js'

/** BIP-0431: a version 3 transaction is small, and has one unconfirmed parent or one unconfirmed child. */
const TRUC_VERSION = 3
const TRUC_MAX_VSIZE = 10_000
const TRUC_CHILD_MAX_VSIZE = 1000

const tooLong = (detail: string): Reject => ({ rule: 'too-long-mempool-chain', cause: 'policy', detail })
const truc = (detail: string): Reject => ({ rule: 'TRUC-violation', cause: 'policy', detail })

function checkTruc(tx: Transaction, vsize: number, parents: readonly MempoolEntry[], ancestors: number): Verdict {
  const isTruc = tx.version === TRUC_VERSION
  const other = parents.find(parent => (parent.tx.version === TRUC_VERSION) !== isTruc)
  if (other) return truc(`version ${tx.version} cannot spend from unconfirmed version ${other.tx.version}`)
  if (!isTruc) return undefined
  if (vsize > TRUC_MAX_VSIZE) return truc(`version=3 tx is too big: ${vsize} > ${TRUC_MAX_VSIZE} virtual bytes`)
  if (ancestors > 1) return truc('version=3 tx would have too many ancestors')
  const [parent] = parents
  if (!parent) return undefined
  if (vsize > TRUC_CHILD_MAX_VSIZE)
    return truc(`version=3 child tx is too big: ${vsize} > ${TRUC_CHILD_MAX_VSIZE} virtual bytes`)
  return parent.children.size > 0 ? truc(`tx ${parent.tx.txid} would exceed descendant count limit`) : undefined
}

function checkAncestors(vsize: number, above: readonly MempoolEntry[], limits: MempoolLimits): Verdict {
  if (above.length + 1 > limits.maxAncestors)
    return tooLong(`too many unconfirmed ancestors [limit: ${limits.maxAncestors}]`)
  const size = above.reduce((sum, entry) => sum + entry.vsize, vsize)
  return size > limits.maxAncestorSize
    ? tooLong(`exceeds ancestor size limit [limit: ${limits.maxAncestorSize}]`)
    : undefined
}

function checkDescendants(vsize: number, above: readonly MempoolEntry[], limits: MempoolLimits): Verdict {
  for (const { tx, descendants } of above) {
    if (descendants.vsize + vsize > limits.maxDescendantSize)
      return tooLong(`exceeds descendant size limit for tx ${tx.txid} [limit: ${limits.maxDescendantSize}]`)
    if (descendants.count + 1 > limits.maxDescendants)
      return tooLong(`too many descendants for tx ${tx.txid} [limit: ${limits.maxDescendants}]`)
  }
  return undefined
}

/** In Core's order: whether the unconfirmed chain that the transaction would join stays within the limits. */
export function checkFamily(
  tx: Transaction,
  vsize: number,
  graph: TransactionGraph,
  limits: MempoolLimits,
  trucRules: boolean,
): Verdict {
  const parents = [...graph.parentsOf(tx)].map(txid => graph.get(txid) as MempoolEntry)
  const above = graph.upwards(parents.map(parent => parent.tx.txid))
  return (
    checkAncestors(vsize, above, limits) ??
    checkDescendants(vsize, above, limits) ??
    (trucRules ? checkTruc(tx, vsize, parents, above.length) : undefined)
  )
}
