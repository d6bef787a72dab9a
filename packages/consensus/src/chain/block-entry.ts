import type { BlockHash, Header, Height } from '@raistone/primitives'

/**
 * A header in the block tree. `data` says whether the raw block is on disk; `invalid` that it, or an ancestor,
 * failed with cause `consensus`. Entries are shared and never copied: read them, do not keep them over an await
 * if `data` or `invalid` matters.
 */
export interface BlockEntry {
  readonly hash: BlockHash
  /** Made anew each time: where the time or the bits are enough, ask for them alone. */
  readonly header: Header
  /** The header's, seconds since 1970. */
  readonly time: number
  /** The header's compact target. */
  readonly bits: number
  readonly height: Height
  /** Undefined for the genesis block. */
  readonly parent: BlockEntry | undefined
  /** Sum of the work of this block and all before it. */
  readonly chainWork: bigint
  /** BIP-0113: median of the times of this block and the ten before it, seconds. */
  readonly medianTimePast: number
  /** Transactions in it; 0 until the block itself has come. */
  readonly txCount: number
  readonly data: boolean
  readonly invalid: boolean
}
