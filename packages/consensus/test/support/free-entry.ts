import type { BlockHash, Header, MerkleRoot } from '@raistone/primitives'
import { ancestorOf, type PowAncestor, skipHeight } from '../../src/pow/ancestor.js'

/** A header with its ancestors, in no tree. */
export interface FreeEntry extends PowAncestor {
  readonly hash: BlockHash
  readonly header: Header
  readonly parent: FreeEntry | undefined
  readonly skip: FreeEntry | undefined
  readonly medianTimePast: number
}

/** BIP-0113, done plainly: median of a block's time and the ten before it. */
function medianTime(time: number, parent: FreeEntry | undefined): number {
  const times = [time]
  for (let at = parent; at && times.length < 11; at = at.parent) times.push(at.time)
  times.sort((a, b) => a - b)
  return times[times.length >> 1] as number
}

export function freeEntry(hash: BlockHash, header: Header, parent: FreeEntry | undefined): FreeEntry {
  const height = parent ? parent.height + 1 : 0
  const { time, bits } = header
  const skip = parent && ancestorOf(parent, skipHeight(height))
  return { hash, header, time, bits, height, parent, skip, medianTimePast: medianTime(time, parent) }
}

/** A header of which only time, bits and version matter. */
export const entryOn = (parent: FreeEntry | undefined, fields: Partial<Header>): FreeEntry =>
  freeEntry(
    '' as BlockHash,
    {
      version: 0x20000000,
      prev: '' as BlockHash,
      merkleRoot: '' as MerkleRoot,
      time: 0,
      bits: 0,
      nonce: 0,
      ...fields,
    },
    parent,
  )
