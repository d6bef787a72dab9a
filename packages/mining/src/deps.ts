import type { BlockEntry, ChainParams, Clock, Events, Reject, Verdict } from '@raistone/consensus'
import type { MempoolEntry } from '@raistone/mempool'
import type { Block, Txid } from '@raistone/primitives'

/** The ledger, as far as mining asks it and adds to it. */
export interface MiningChain {
  readonly params: ChainParams
  readonly tip: BlockEntry
  readonly events: Events<{ tip: { readonly entry: BlockEntry } }>
  submitBlock(
    block: Block,
  ): Promise<
    | { readonly state: 'connected' | 'stored' | 'duplicate'; readonly entry: BlockEntry; readonly reject?: undefined }
    | { readonly reject: Reject }
  >
  checkTemplate(block: Block): Promise<Verdict>
}

/** The transactions to choose from. */
export interface MiningMempool {
  entries(): Iterable<MempoolEntry>
  get(txid: Txid): MempoolEntry | undefined
  /** What the chain has told so far is digested. */
  settled(): Promise<void>
  /** Blocks were taken back and that is not sorted out yet: entries may be invalid. */
  readonly reorganising: boolean
}

export interface TemplateDeps {
  readonly chain: MiningChain
  readonly mempool: MiningMempool
  readonly clock: Clock
}
