import type { BlockEntry } from './block-entry.js'
import type { BlockTree } from './block-tree.js'
import type { Path } from './locate.js'
import { ancestorAt, type TreeEntry } from './tree-entry.js'

/**
 * What is known of a branch: `active`: the best chain; `valid-fork`: it was connected once; `valid-headers`: its blocks
 * are here, not all of them checked; `headers-only`: some are not; `invalid`: one failed, or is said to have.
 */
export type BranchStatus = 'active' | 'valid-fork' | 'valid-headers' | 'headers-only' | 'invalid'

/** The end of a branch. */
export interface BranchTip {
  readonly entry: BlockEntry
  readonly status: BranchStatus
  /** Blocks since it left the best chain; 0 for that itself. */
  readonly length: number
}

function statusOf(entry: TreeEntry): BranchStatus {
  if (entry.invalid) return 'invalid'
  if (!entry.linked) return 'headers-only'
  return entry.checked || entry.undo !== undefined ? 'valid-fork' : 'valid-headers'
}

/** The highest ancestor in the path, by as few steps as skips allow. */
function forkHeight(entry: TreeEntry, path: Path): number {
  const has = (at: TreeEntry): boolean => path[at.height] === at
  let at: TreeEntry = ancestorAt(entry, Math.min(entry.height, path.length - 1))
  while (!has(at) && at.parent) at = at.skip && !has(at.skip) ? at.skip : at.parent
  return at.height
}

/** The end of every branch and of the best chain, also where headers follow it; the highest first, as Core has it. */
export function branchTips(tree: BlockTree, path: Path): BranchTip[] {
  const head = path.at(-1) as TreeEntry
  const others = tree.leaves.filter(entry => path[entry.height] !== entry)
  const tips = others.map(
    (entry): BranchTip => ({ entry, status: statusOf(entry), length: entry.height - forkHeight(entry, path) }),
  )
  return [{ entry: head, status: 'active' as const, length: 0 }, ...tips].sort(
    (a, b) => b.entry.height - a.entry.height,
  )
}
