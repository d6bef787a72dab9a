import type { Height } from '@raistone/primitives'
import type { ChainStore } from '../store/chain-store.js'
import type { EntryRecord } from '../store/entry-record.js'
import { Slices } from '../verify/next-turn.js'
import type { BlockTree } from './block-tree.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** Records that an interrupted run may have left behind half written. */
const LAST_RECORDS = 200

const orderOf = ({ sequence = Number.MAX_SAFE_INTEGER }: EntryRecord): number => sequence

/**
 * Fills the tree from the stored headers. Headers whose record is damaged are left out with all that follows them,
 * and so are blocks whose record is: they will be fetched again.
 */
export async function restoreTree(tree: BlockTree, records: BlockRecords, store: ChainStore): Promise<void> {
  const { blocks, unclean } = store
  records.prunedTo = await blocks.prunedTo()
  const damaged = unclean ? await blocks.damagedRecords(LAST_RECORDS) : new Set<number>()
  const restore = (record: EntryRecord): void => {
    const entry = tree.restore(record)
    if (!entry) return
    if (record.undo !== undefined && damaged.has(record.undo)) entry.undo = undefined
    if (record.raw !== undefined && damaged.has(record.raw)) records.dropBlock(tree.entryOf(entry))
  }
  const slices = new Slices()
  /** Those of a height: the one that was complete first is inserted first, and of equal work stays the best. */
  let level: EntryRecord[] = []
  for await (const step of blocks.entries()) {
    for (const record of step) {
      if (level[0] && level[0].height !== record.height) {
        if (level.length > 1) level.sort((a, b) => orderOf(a) - orderOf(b))
        level.forEach(restore)
        level = []
      }
      level.push(record)
    }
    await slices.pause()
  }
  level.sort((a, b) => orderOf(a) - orderOf(b)).forEach(restore)
}

/**
 * Makes candidates of the restored entries whose block is here or was; the blocks under the coins' head were, but for
 * those that a snapshot stands for: from the height that history is verified up to.
 */
export async function linkRestored(
  tree: BlockTree,
  records: BlockRecords,
  head: TreeEntry | undefined,
  history: { readonly base: TreeEntry; readonly verifiedTo: Height } | undefined,
): Promise<void> {
  const connected = tree.pathTo(head ?? tree.genesis)
  await tree.eachLook(view => {
    const known = view.data || Number.isFinite(view.sequence) || connected.at(view.height) === view.row
    if (!known) return
    const entry = tree.entryOf(view)
    tree.received(entry)
    const awaited = history && entry.height > history.verifiedTo && entry.height <= history.base.height
    if (!entry.data && !awaited) records.noteLost(entry)
  })
}
