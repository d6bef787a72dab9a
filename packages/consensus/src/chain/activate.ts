import type { Block } from '@raistone/primitives'
import type { Reject } from '../verdict.js'
import type { BlockTree } from './block-tree.js'
import type { Ledger, Step } from './ledger.js'
import type { BlockRecords } from './records.js'
import { ancestorAt, type TreeEntry } from './tree-entry.js'

export interface ActivationDeps {
  readonly tree: BlockTree
  readonly ledger: Ledger
  readonly records: BlockRecords
  /** Called after every block connected or disconnected: what it does bounds what a long reorganisation keeps. */
  readonly stepped: (step: Step) => Promise<void>
  /** Called for a block that failed, once. */
  readonly failed: (entry: TreeEntry, reject: Reject) => void
}

/** Walks back to the fork, each block taken back staying a candidate. */
async function disconnectTo(fork: TreeEntry, { tree, ledger, stepped }: ActivationDeps): Promise<void> {
  while (ledger.head !== fork) {
    tree.keepCandidate(ledger.head)
    await stepped(await ledger.disconnect())
  }
}

/** Where the way to `target` leaves the connected chain. */
function forkOf(target: TreeEntry, ledger: Ledger): TreeEntry {
  let at = target.height > ledger.head.height ? ancestorAt(target, ledger.head.height) : target
  while (!ledger.has(at) && at.parent) at = at.parent
  return at
}

/** Blocks from the fork up, at most this many at a time: the way is found anew after them. */
const STRETCH = 500

function wayUp(from: TreeEntry, target: TreeEntry): TreeEntry[] {
  const top = ancestorAt(target, Math.min(target.height, from.height + STRETCH))
  const way: TreeEntry[] = []
  for (let at: TreeEntry = top; at !== from && at.parent; at = at.parent) way.push(at)
  return way.reverse()
}

/** Connects towards `target`; false if a block on the way failed or is missing, so that there may be a better one. */
async function connectTowards(target: TreeEntry, deps: ActivationDeps, given?: Block): Promise<boolean> {
  const { tree, ledger, records, stepped, failed } = deps
  for (const entry of wayUp(ledger.head, target)) {
    const result = await ledger.connect(entry, given?.hash === entry.hash ? given : undefined)
    if (result === 'missing') {
      tree.unlink(entry)
      return false
    }
    if ('reject' in result) {
      tree.fail(entry)
      records.touch(entry)
      failed(entry, result.reject)
      return false
    }
    await stepped(result)
  }
  return true
}

/**
 * Makes the best candidate the head: takes blocks back to the fork and connects the others. A block that fails marks
 * its descendants, and the next best candidate is tried, which may be where we came from.
 */
export async function activateBest(deps: ActivationDeps, given?: Block): Promise<void> {
  const { tree, ledger } = deps
  for (let best = tree.bestCandidate(ledger.head); best; best = tree.bestCandidate(ledger.head)) {
    await disconnectTo(forkOf(best, ledger), deps)
    while (ledger.head !== best && (await connectTowards(best, deps, given)));
  }
  tree.prune(ledger.head)
}
