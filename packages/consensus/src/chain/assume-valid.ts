import type { BlockHash } from '@raistone/primitives'
import type { BlockTree } from './block-tree.js'
import type { TreeEntry } from './tree-entry.js'

/**
 * Whether a block may be connected without script checks: it is an ancestor of the block the operator trusts, and
 * that block is in the best header chain, with at least the minimum work.
 */
export function assumeValid(
  tree: BlockTree,
  trusted: BlockHash | undefined,
  minimumWork: bigint,
): (entry: TreeEntry) => boolean {
  if (trusted === undefined) return () => false
  return entry => {
    const top = tree.get(trusted)
    return (
      top !== undefined &&
      entry.height <= top.height &&
      tree.headerAt(top.height) === top &&
      tree.headerAt(entry.height) === entry &&
      tree.bestHeader.chainWork >= minimumWork
    )
  }
}
