import type { ChainStore } from '../store/chain-store.js'
import type { EntryRecord } from '../store/entry-record.js'
import { Slices } from '../verify/next-turn.js'
import type { BlockTree } from './block-tree.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** Records that an interrupted run may have left behind half written. */
const LAST_RECORDS = 200

const orderOf = ({ sequence = Number.MAX_SAFE_INTEGER }: EntryRecord): number => sequence

/** All stored headers, those of a height together, so that no more need to be in memory. */
async function* byHeight(store: ChainStore): AsyncGenerator<EntryRecord[]> {
  let level: EntryRecord[] = []
  for await (const records of store.blocks.entries()) {
    for (const record of records) {
      if (level[0] && level[0].height !== record.height) {
        yield level
        level = []
      }
      level.push(record)
    }
  }
  if (level.length > 0) yield level
}

/**
 * Fills the tree from the stored headers. Headers whose record is damaged are left out with all that follows them,
 * and so are blocks whose record is: they will be fetched again.
 */
export async function restoreTree(tree: BlockTree, records: BlockRecords, store: ChainStore): Promise<void> {
  const { blocks, unclean } = store
  records.prunedTo = await blocks.prunedTo()
  const damaged = unclean ? await blocks.damagedRecords(LAST_RECORDS) : new Set<number>()
  const slices = new Slices()
  for await (const level of byHeight(store)) {
    // Of headers with equal work the one that was complete first is inserted first, and stays the best.
    if (level.length > 1) level.sort((a, b) => orderOf(a) - orderOf(b))
    for (const record of level) {
      const parent = tree.look(record.header.prev)
      if (!parent) continue
      const undo = record.undo !== undefined && damaged.has(record.undo) ? undefined : record.undo
      const entry = tree.restore({ ...record, undo }, parent)
      if (entry.raw !== undefined && damaged.has(entry.raw)) records.dropBlock(tree.entryOf(entry))
    }
    if (slices.over) await slices.pause()
  }
}

/** Makes candidates of the restored entries whose block is here or was; the blocks under the coins' head were. */
export async function linkRestored(tree: BlockTree, records: BlockRecords, head: TreeEntry | undefined): Promise<void> {
  const slices = new Slices()
  const connected = tree.pathTo(head ?? tree.genesis)
  for (const view of tree.looks()) {
    if (slices.over) await slices.pause()
    const known = view.data || Number.isFinite(view.sequence) || connected.at(view.height) === view.row
    if (!known) continue
    const entry = tree.entryOf(view)
    tree.received(entry)
    if (!entry.data) records.noteLost(entry)
  }
}
