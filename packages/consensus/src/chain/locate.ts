import type { BlockHash } from '@raistone/primitives'
import type { BlockTree } from './block-tree.js'
import type { TreeEntry } from './tree-entry.js'

/** The connected blocks by height. */
export type Path = readonly TreeEntry[]

/** Hashes from the entry back to the genesis block: ten one by one, then in doubling steps. */
export function locatorOf(from: TreeEntry, path: Path, tree: BlockTree): BlockHash[] {
  const hashes: BlockHash[] = []
  let step = 1
  let at: TreeEntry = from
  for (;;) {
    hashes.push(at.hash)
    if (!at.parent) return hashes
    if (hashes.length >= 10) step *= 2
    at = stepBack(at, Math.max(0, at.height - step), path, tree)
  }
}

/** The ancestor at a height, by array as soon as the way meets the tip's or the best header's chain. */
function stepBack(from: TreeEntry, height: number, path: Path, tree: BlockTree): TreeEntry {
  let at = from
  while (at.height > height && at.parent) {
    const jump =
      path[at.height] === at ? path[height] : tree.headerAt(at.height) === at ? tree.headerAt(height) : undefined
    at = jump ?? at.parent
  }
  return at
}

/** Connected blocks after the first hash of the locator that is connected, `stop` included; the genesis block without one. */
export function entriesAfter(
  locator: readonly BlockHash[],
  most: number,
  stop: BlockHash | undefined,
  path: Path,
  tree: BlockTree,
): TreeEntry[] {
  let from = 0
  for (const hash of locator) {
    const entry = tree.get(hash)
    if (!entry || path[entry.height] !== entry) continue
    from = entry.height
    break
  }
  const after = path.slice(from + 1, from + 1 + most)
  const end = stop === undefined ? -1 : after.findIndex(entry => entry.hash === stop)
  return end < 0 ? after : after.slice(0, end + 1)
}

/** Entries of the best header chain without a block, lowest first, those that were lost before all others. */
export function entriesMissing(
  most: number,
  path: Path,
  tree: BlockTree,
  lost: ReadonlyMap<BlockHash, TreeEntry>,
): TreeEntry[] {
  const best = tree.bestHeader
  const missing = [...lost.values()]
    .filter(entry => tree.headerAt(entry.height) === entry)
    .sort((a, b) => a.height - b.height)
    .slice(0, most)
  let height = Math.min(path.length - 1, best.height)
  while (height > 0 && tree.headerAt(height) !== path[height]) height--
  for (height++; height <= best.height && missing.length < most; height++) {
    const entry = tree.headerAt(height)
    if (entry && !entry.data && !lost.has(entry.hash)) missing.push(entry)
  }
  return missing
}
