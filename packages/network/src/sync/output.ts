import type { BlockEntry } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import type { Misdeed } from '../peers/penalties.js'

/** What the sync machine wants done. */
export type SyncOutput =
  | { readonly do: 'askHeaders'; readonly peer: string; readonly locator: readonly BlockHash[] }
  | { readonly do: 'askBlocks'; readonly peer: string; readonly hashes: readonly BlockHash[] }
  | { readonly do: 'drop'; readonly peer: string; readonly misdeed: Misdeed; readonly why: string }
  /** Call `onWake` then, not later; replaces any wake before. */
  | { readonly do: 'wake'; readonly atMs: number }

/** The block tree as the machine reads it, synchronously. */
export interface SyncChain {
  readonly bestHeader: BlockEntry
  locator(from?: BlockEntry): readonly BlockHash[]
  missingBlocks(most: number): readonly BlockEntry[]
}

/** How far a peer says it is. */
export interface PeerTip {
  readonly work: bigint
  readonly tip: BlockHash
}

/** What came of a peer's headers. */
export interface HeadersResult {
  readonly count: number
  /** The last of them, if it is in our tree now. */
  readonly last: BlockEntry | undefined
}
