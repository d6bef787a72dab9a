import type { Block, Height } from '@raistone/primitives'
import type { BlockTree } from './block-tree.js'
import type { Failed, Ledger, Step } from './ledger.js'
import type { BlockRecords } from './records.js'
import { ancestorAt, type TreeEntry } from './tree-entry.js'

export interface ActivationDeps {
  readonly tree: BlockTree
  readonly ledger: Ledger
  readonly records: BlockRecords
  /** Whether a block of this height may be begun: where not, the chain stays below it, whatever is better. */
  readonly mayBegin: (height: Height) => boolean
  /** The coins should be flushed before more is connected. */
  readonly mustFlush: () => boolean
  /** Called with nothing in flight. */
  readonly flush: () => Promise<void>
  /**
   * Called after every block connected or disconnected, which it notes before it returns: what it does then bounds what a
   * long reorganisation keeps.
   */
  readonly stepped: (step: Step) => Promise<void>
  /** Called when the block that is being begun can be written. */
  readonly recorded?: () => void
  /** Called for a block that failed, once. */
  readonly failed: (failed: Failed) => void
}

function fail(failure: Failed, { tree, records, failed }: ActivationDeps): void {
  tree.fail(failure.entry)
  records.touch(failure.entry)
  failed(failure)
}

/** Waits for the oldest block in flight; false if it failed, and with it all that was. */
async function settleOne(deps: ActivationDeps): Promise<boolean> {
  const { ledger, stepped } = deps
  const result = await ledger.settle()
  const failed = 'reject' in result
  const noted = failed ? fail(result, deps) : stepped(result)
  ledger.markOver()
  await noted
  return !failed
}

/** Waits until nothing is in flight; false if a block failed, so that there may be a better one. */
async function land(deps: ActivationDeps): Promise<boolean> {
  while (deps.ledger.inFlight > 0) if (!(await settleOne(deps))) return false
  return true
}

/** Takes the head back, nothing being in flight. */
export async function stepBack({ ledger, stepped, mustFlush, flush }: ActivationDeps): Promise<void> {
  await stepped(await ledger.disconnect())
  if (mustFlush()) await flush()
}

/** Walks back to the fork, each block taken back staying a candidate. */
async function disconnectTo(fork: TreeEntry, deps: ActivationDeps): Promise<void> {
  const { tree, ledger } = deps
  while (ledger.head !== fork) {
    tree.keepCandidate(ledger.head)
    await stepBack(deps)
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

/** Makes room for one more block in flight; false if one failed. */
async function makeRoom(deps: ActivationDeps): Promise<boolean> {
  if (deps.mustFlush()) {
    if (!(await land(deps))) return false
    await deps.flush()
  }
  while (deps.ledger.busy) if (!(await settleOne(deps))) return false
  return true
}

/** Begins a child of the head; false if it, or one before it, failed or is missing. */
async function beginNext(entry: TreeEntry, deps: ActivationDeps, given: Block | undefined): Promise<boolean> {
  const { tree, ledger } = deps
  if (!(await makeRoom(deps))) return false
  const begun = await ledger.begin(entry, given, deps.recorded)
  if (begun === 'begun') return true
  if (begun === 'missing') {
    tree.unlink(entry)
    return false
  }
  // What it was refused for may be the fault of a block in flight.
  if (!(await land(deps))) return false
  const failure = { entry, reject: begun.reject }
  ledger.assertSound(failure)
  fail(failure, deps)
  return false
}

/** Goes a stretch of the way to `target`; false if a better one must be looked for. */
async function goTowards(target: TreeEntry, deps: ActivationDeps, given?: Block): Promise<boolean> {
  const { ledger } = deps
  const fork = forkOf(target, ledger)
  if (fork !== ledger.head) {
    if (!(await land(deps))) return false
    await disconnectTo(fork, deps)
  }
  for (const entry of wayUp(fork, target)) {
    if (!deps.mayBegin(entry.height)) return false
    if (!(await beginNext(entry, deps, given?.hash === entry.hash ? given : undefined))) return false
  }
  return true
}

/** What the head should become; undefined where it is the best, or nothing may be begun on it. */
const betterThanHead = ({ tree, ledger, mayBegin }: ActivationDeps): TreeEntry | undefined =>
  mayBegin(ledger.head.height + 1) ? tree.bestCandidate(ledger.head) : undefined

/**
 * Makes the best candidate the head: takes blocks back to the fork and begins the others, whose scripts may still be in
 * flight when it returns. A block that fails marks its descendants, and the next best candidate is tried, which may be
 * where we came from.
 */
export async function activateBest(deps: ActivationDeps, given?: Block): Promise<void> {
  for (let best = betterThanHead(deps); best; best = betterThanHead(deps)) await goTowards(best, deps, given)
}

/** Waits for the next block in flight, and after a failure makes the best candidate the head. */
export async function settleNext(deps: ActivationDeps): Promise<void> {
  if (deps.ledger.inFlight > 0 && !(await settleOne(deps))) await activateBest(deps)
  if (deps.ledger.inFlight === 0) deps.tree.prune(deps.ledger.head)
}

/** `activateBest`, and everything is settled. */
export async function activateAndLand(deps: ActivationDeps): Promise<void> {
  await activateBest(deps)
  do await settleNext(deps)
  while (deps.ledger.inFlight > 0)
}
