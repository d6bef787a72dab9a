import type { ChainStore } from '../store/chain-store.js'
import type { EntryRecord } from '../store/entry-record.js'
import type { BlockTree } from './block-tree.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** Records that an interrupted run may have left behind half written. */
const LAST_RECORDS = 200

function restoreEntry(stored: EntryRecord, tree: BlockTree, damaged: ReadonlySet<number>): TreeEntry | undefined {
  const parent = tree.get(stored.header.prev)
  if (!parent) return undefined
  const entry = tree.insert(stored.hash, stored.header, parent)
  entry.txCount = stored.txCount
  entry.checked = stored.checked
  entry.at.raw = stored.raw
  entry.at.undo = stored.undo !== undefined && damaged.has(stored.undo) ? undefined : stored.undo
  entry.sequence = stored.sequence ?? Number.POSITIVE_INFINITY
  if (stored.failed) tree.fail(entry)
  return entry
}

const orderOf = ({ sequence = Number.MAX_SAFE_INTEGER }: EntryRecord): number => sequence

/**
 * Fills the tree from the stored headers. Headers whose record is damaged are left out with all that follows them,
 * and so are blocks whose record is: they will be fetched again.
 */
export async function restoreTree(tree: BlockTree, records: BlockRecords, store: ChainStore): Promise<TreeEntry[]> {
  const { blocks, unclean } = store
  const damaged = unclean ? await blocks.damagedRecords(LAST_RECORDS) : new Set<number>()
  const stored = (await blocks.entries()).records
  // Of headers with equal work the one that was complete first is inserted first, and stays the best.
  stored.sort((a, b) => a.height - b.height || orderOf(a) - orderOf(b))
  const entries = stored.flatMap(record => restoreEntry(record, tree, damaged) ?? [])
  for (const entry of entries) if (entry.at.raw !== undefined && damaged.has(entry.at.raw)) records.dropBlock(entry)
  return entries
}

/** Makes candidates of the restored entries whose block is here or was; the blocks under the coins' head were. */
export function linkRestored(
  entries: readonly TreeEntry[],
  tree: BlockTree,
  records: BlockRecords,
  head: TreeEntry | undefined,
): void {
  const connected = new Set<TreeEntry>()
  for (let at = head; at; at = at.parent) connected.add(at)
  const complete = entries.filter(entry => entry.data || Number.isFinite(entry.sequence) || connected.has(entry))
  // First those that were linked, in their order; then those that came before an ancestor did.
  complete.sort((a, b) => (a.sequence === b.sequence ? a.height - b.height : a.sequence - b.sequence))
  for (const entry of complete) {
    if (!entry.data) records.noteLost(entry)
    tree.received(entry)
  }
}
