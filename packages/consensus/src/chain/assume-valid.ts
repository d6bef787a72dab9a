import type { BlockHash } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'
import { workOfBits } from '../pow/target.js'
import type { BlockTree } from './block-tree.js'
import type { TreeEntry } from './tree-entry.js'

/**
 * Work on top of a block before its scripts are left unchecked, in seconds of what all miners do: whoever talks an operator
 * into trusting a block of his own must outwork them for so long (Core: ConnectBlock).
 */
const BURIED_SEC = 14 * 24 * 3600

/** Seconds that the work between two blocks takes at the pace the chain aims at, as hard as the upper one is (Core: GetBlockProofEquivalentTime). */
function equivalentSec(lower: TreeEntry, upper: TreeEntry, spacingSec: number): bigint {
  return ((upper.chainWork - lower.chainWork) * BigInt(spacingSec)) / workOfBits(upper.header.bits)
}

/**
 * Whether a block may be connected without script checks: it is an ancestor of the block the operator trusts, that block
 * is in the best header chain, which has at least the minimum work, and two weeks of work are on top of it.
 */
export function assumeValid(
  tree: BlockTree,
  trusted: BlockHash | undefined,
  { minimumChainWork, pow }: Pick<ChainParams, 'minimumChainWork' | 'pow'>,
): (entry: TreeEntry) => boolean {
  if (trusted === undefined) return () => false
  return entry => {
    const top = tree.get(trusted)
    const best = tree.bestHeader
    return (
      top !== undefined &&
      entry.height <= top.height &&
      tree.headerAt(top.height) === top &&
      tree.headerAt(entry.height) === entry &&
      best.chainWork >= minimumChainWork &&
      equivalentSec(entry, best, pow.spacingSec) > BURIED_SEC
    )
  }
}
