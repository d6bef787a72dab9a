import type { Block, BlockHash } from '@raistone/primitives'

/** What a block must know of the one it builds on. */
export interface ParentBlock {
  readonly hash: BlockHash
  readonly height: number
  readonly time: number
  /** BIP-0113, of this block and the ten before it. */
  readonly medianTimePast: number
  readonly bits: number
  /** Times of this block and up to ten before it, oldest first; those that are not known are left out. */
  readonly times?: readonly number[]
}

const MEDIAN_SPAN = 11

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number

/** The genesis block as a parent. */
export function genesisParent({ hash, header: { time, bits } }: Block): ParentBlock {
  return { hash, height: 0, time, medianTimePast: time, bits, times: [time] }
}

/** The part of a block tree's entry that a parent is made of. */
export interface EntryLike {
  readonly hash: BlockHash
  readonly height: number
  readonly header: { readonly time: number; readonly bits: number }
  readonly medianTimePast: number
  readonly parent: EntryLike | undefined
}

/** A block tree's entry as a parent. */
export function entryParent(entry: EntryLike): ParentBlock {
  const times: number[] = []
  for (let at: EntryLike | undefined = entry; at && times.length < MEDIAN_SPAN; at = at.parent)
    times.unshift(at.header.time)
  const { hash, height, medianTimePast } = entry
  return { hash, height, time: entry.header.time, medianTimePast, bits: entry.header.bits, times }
}

/** The block built on `parent` as the parent of the next. */
export function nextParent(parent: ParentBlock, { hash, header: { time, bits } }: Block): ParentBlock {
  const times = [...(parent.times ?? [parent.time]), time].slice(-MEDIAN_SPAN)
  return { hash, height: parent.height + 1, time, medianTimePast: median(times), bits, times }
}
