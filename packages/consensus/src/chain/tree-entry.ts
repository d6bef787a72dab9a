import type { BlockHash, Header, Height } from '@raistone/primitives'
import { ancestorOf, skipHeight } from '../pow/ancestor.js'
import type { BlockEntry } from './block-entry.js'

/** Where a block's records are in `blocks/`; undefined while they are not there. */
export interface Positions {
  raw: number | undefined
  undo: number | undefined
}

/** The tree's own, mutable side of a `BlockEntry`. Only the chain writes to it. */
export class TreeEntry implements BlockEntry {
  txCount = 0
  /** The block itself failed with cause `consensus`. */
  failed = false
  /** It or an ancestor failed. */
  invalid = false
  /** It was connected once, scripts included: connecting it again needs no script checks. */
  checked = false
  /** All ancestors' blocks and its own have been here. */
  linked = false
  /** Order in which blocks became linked: of equal work, the lower one is better. */
  sequence = Number.POSITIVE_INFINITY
  readonly at: Positions = { raw: undefined, undo: undefined }
  /** An ancestor far back, so that long ways are short. */
  readonly skip: TreeEntry | undefined

  constructor(
    readonly hash: BlockHash,
    readonly header: Header,
    readonly height: Height,
    readonly parent: TreeEntry | undefined,
    readonly chainWork: bigint,
    readonly medianTimePast: number,
  ) {
    this.skip = parent && ancestorAt(parent, skipHeight(height))
  }

  /** The genesis block is known from the parameters. */
  get data(): boolean {
    return this.at.raw !== undefined || this.parent === undefined
  }
}

/** BIP-0113: median of a block's time and the ten before it. */
export function medianTime(time: number, parent: BlockEntry | undefined): number {
  const times = [time]
  for (let entry = parent; entry && times.length < 11; entry = entry.parent) times.push(entry.header.time)
  times.sort((a, b) => a - b)
  return times[times.length >> 1] as number
}

/** The entry's ancestor at a height not above its own. */
export const ancestorAt = (entry: TreeEntry, height: number): TreeEntry => ancestorOf(entry, height) ?? entry
