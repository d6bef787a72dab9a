import type { Height } from '@raistone/primitives'
import type { BlockStore } from '../store/block-store.js'
import type { BlockTree } from './block-tree.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'

/** For reorganisations and for peers. Core's MIN_BLOCKS_TO_KEEP. */
const KEPT_BLOCKS = 288

/** Heights that one write removes. */
const STEP = 500
/** Blocks that must have come before it is worth while to look again. */
const BLOCKS_BETWEEN = 16
/** Share of the target that is made free at a time: removing block by block would move the same tables each time. */
const SPARE = 0.1

/** Which blocks may be removed. */
export interface PruneOptions {
  /** Raw blocks and undo data together, in bytes, beyond which the oldest are removed; undefined is only when told to. */
  readonly targetBytes?: number | undefined
  /** Blocks under the tip that are never removed, 288 if left out. */
  readonly keep?: number
}

export interface PrunerDeps {
  readonly tree: BlockTree
  readonly records: BlockRecords
  readonly store: BlockStore
}

/** Removes the oldest blocks with their undo data. Headers stay. */
export class Pruner {
  /** On the disk when it was opened, without what has been removed since. */
  private before = 0
  private lookedAt = Number.NEGATIVE_INFINITY
  /** Heights above which somebody still needs the blocks. */
  readonly holds = new Set<() => Height>()

  constructor(
    private readonly deps: PrunerDeps,
    private readonly options: PruneOptions,
  ) {}

  /** To be called once before any other. */
  async open(): Promise<void> {
    this.before = await this.deps.store.bytesOnDisk()
  }

  private get bytes(): number {
    return this.before + this.deps.records.put
  }

  get prunedTo(): Height {
    return this.deps.records.prunedTo
  }

  /** Bytes beyond which blocks are removed; undefined if only when told to. */
  get targetBytes(): number | undefined {
    return this.options.targetBytes
  }

  /** The highest block that may go while this is the tip. */
  limit(tip: Height): Height {
    const kept = Math.max(0, tip - (this.options.keep ?? KEPT_BLOCKS))
    return Math.min(kept, ...Array.from(this.holds, height => height()))
  }

  /** Whether there is too much, and something that may go. */
  due(tip: Height): boolean {
    const { targetBytes } = this.options
    return (
      targetBytes !== undefined &&
      this.bytes > targetBytes &&
      this.limit(tip) > this.prunedTo &&
      this.limit(tip) >= this.lookedAt + BLOCKS_BETWEEN
    )
  }

  /** Removes as much as the target asks for; the coins on the disk must be those of the tip. */
  async relieve(tip: Height): Promise<void> {
    if (!this.due(tip)) return
    this.lookedAt = this.limit(tip)
    const target = this.options.targetBytes as number
    await this.remove(this.limit(tip), this.bytes - target * (1 - SPARE))
  }

  /** Removes all blocks up to a height that `limit` allows; the coins on the disk must be those of the tip. */
  removeTo(height: Height): Promise<void> {
    return this.remove(height, Number.POSITIVE_INFINITY)
  }

  /** Up to the height, or until so many bytes are free. */
  private async remove(height: Height, most: number): Promise<void> {
    const { records, store } = this.deps
    const byHeight = await this.stored(height)
    let freed = 0
    for (let from = this.prunedTo + 1; from <= height && freed < most; from = this.prunedTo + 1) {
      const gone: TreeEntry[] = []
      let at = from - 1
      while (at < height && at < from + STEP && freed < most) {
        const entries = byHeight.get(++at) ?? []
        freed += await records.sizeOf(entries)
        gone.push(...entries)
      }
      await records.prune(gone, at)
    }
    if (freed > 0) await store.compact()
    this.before -= freed
  }

  /** What is stored above the pruned part and up to a height, of all branches. */
  private async stored(height: Height): Promise<ReadonlyMap<Height, TreeEntry[]>> {
    const found = new Map<Height, TreeEntry[]>()
    const { tree } = this.deps
    await tree.eachLook(view => {
      if (view.height <= this.prunedTo || view.height > height) return
      if (view.raw === undefined && view.undo === undefined) return
      const entry = tree.entryOf(view)
      const level = found.get(entry.height)
      if (level) level.push(entry)
      else found.set(entry.height, [entry])
    })
    return found
  }
}
