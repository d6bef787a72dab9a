import type {
  BlockEntry,
  ChainEvents,
  ChainParams,
  Clock,
  CoinView,
  Events,
  ScriptCache,
  ScriptVerifier,
} from '@raistone/consensus'
import type { Height, OutpointKey } from '@raistone/primitives'

/** The ledger, as far as the pool asks it. */
export interface MempoolChain {
  readonly params: ChainParams
  readonly tip: BlockEntry
  readonly events: Events<Pick<ChainEvents, 'connected' | 'disconnected' | 'jumped' | 'tip'>>
  /** Of the active chain. */
  entryAt(height: Height): BlockEntry | undefined
  /** A view of these coins as they are after the tip. */
  coins(keys: Iterable<OutpointKey>): Promise<CoinView>
}

export interface MempoolDeps {
  readonly chain: MempoolChain
  readonly verifier: Pick<ScriptVerifier, 'verify'>
  /** Is told whose scripts are valid in the next block. */
  readonly scriptCache?: Pick<ScriptCache, 'add'> | undefined
  readonly clock: Clock
}
