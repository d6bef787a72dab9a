import { type ActivationDeps, activateBest, stepBack } from './activate.js'
import type { TreeEntry } from './tree-entry.js'

/** Takes the head back until nothing invalid is connected. */
export async function leaveInvalid(deps: ActivationDeps): Promise<void> {
  while (deps.ledger.head.invalid) await stepBack(deps)
}

/**
 * Makes a block invalid because the operator says so, for good, with all that is built on it (Core's InvalidateBlock).
 * The mark is on the disk before the first step back is told: a crash on the way leaves nothing undone, since opening
 * takes the rest back. The best block of all that is left becomes the head. Not for the genesis block.
 */
export async function invalidate(entry: TreeEntry, deps: ActivationDeps): Promise<void> {
  const { tree, ledger, records } = deps
  tree.disown(entry)
  records.touch(entry)
  await leaveInvalid(deps)
  tree.refill(ledger.head)
  await activateBest(deps)
}

/**
 * Gives a block, all before it and all built on it another chance, whether they failed by a rule or by hand (Core's
 * ResetBlockFailureFlags). What broke a rule will break it again when it is connected.
 */
export async function reconsider(entry: TreeEntry, deps: ActivationDeps): Promise<void> {
  const { tree, ledger, records } = deps
  for (const changed of tree.forgive(entry)) records.touch(changed)
  tree.refill(ledger.head)
  await activateBest(deps)
}

/** Of all blocks with as much work this one counts as seen first, until the node stops (Core's PreciousBlock). */
export async function prefer(entry: TreeEntry, deps: ActivationDeps): Promise<void> {
  deps.tree.favour(entry, deps.ledger.head)
  await activateBest(deps)
}
