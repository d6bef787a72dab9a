import type {
  BlockEntry,
  BranchTip,
  ChainDump,
  ChainEvents,
  ChainParams,
  Chainstate,
  Clock,
  Coin,
  CoinStatistics,
  CoinView,
  Events,
  FilterIndex,
  LoadedSnapshot,
  Reject,
  SnapshotOptions,
  TransactionIndex,
  Verified,
  VerifyLevel,
} from '@raistone/consensus'
import type { AddedNode, Log, PeerInfo } from '@raistone/network'
import type { Block, BlockHash, Height, OutpointKey, Sats, Transaction, Txid, Wtxid } from '@raistone/primitives'

/** The ledger, as far as callers can ask for it. */
export interface RpcChain {
  readonly tip: BlockEntry
  readonly bestHeader: BlockEntry
  readonly initialDownload: boolean
  entry(hash: BlockHash): BlockEntry | undefined
  entryAt(height: Height): BlockEntry | undefined
  isActive(entry: BlockEntry): boolean
  tips(): readonly BranchTip[]
  invalidate(entry: BlockEntry): Promise<void>
  reconsider(entry: BlockEntry): Promise<void>
  prefer(entry: BlockEntry): Promise<void>
  submitBlock(
    block: Block,
  ): Promise<
    { readonly state: 'connected' | 'stored' | 'duplicate'; readonly entry: BlockEntry } | { readonly reject: Reject }
  >
  blockBytes(hash: BlockHash): Promise<Uint8Array | undefined>
  block(hash: BlockHash): Promise<Block | undefined>
  spentCoins(hash: BlockHash): Promise<readonly (readonly Coin[])[] | undefined>
  coins(keys: Iterable<OutpointKey>): Promise<CoinView>
  statistics(): Promise<CoinStatistics>
  readonly prunedTo: Height
  readonly pruning: { readonly targetBytes: number | undefined } | undefined
  prune(height: Height): Promise<Height>
  verify(options: { readonly level: VerifyLevel; readonly blocks: number }): Promise<Verified>
  dump(): Promise<ChainDump>
  loadSnapshot(source: AsyncIterable<Uint8Array>, options: SnapshotOptions): Promise<LoadedSnapshot>
  readonly chainstates: readonly Chainstate[]
  readonly events?: Events<ChainEvents>
}

export interface RpcMempoolEntry {
  readonly tx: Transaction
  readonly fee: Sats
  readonly vsize: number
  readonly timeSec: number
  readonly height: Height
  /** Ids of the transactions in the mempool that it spends from. */
  readonly parents: Iterable<Txid>
  /** Ids of the transactions in the mempool that spend from it. */
  readonly children: Iterable<Txid>
}

/** Transactions waiting for a block, as far as callers can ask for them or add to them. */
export interface RpcMempool {
  readonly size: number
  readonly bytes: number
  readonly sequence: number
  readonly totalFee: Sats
  /** Estimated memory, bytes. */
  readonly usage: number
  /** What a transaction must pay to get in, satoshis for 1,000 virtual bytes. */
  readonly minFeeRate: Sats
  accept(
    tx: Transaction,
    options?: { readonly testOnly?: boolean; readonly maxFeeRateSatPerKvb?: Sats },
  ): Promise<{ readonly entry: RpcMempoolEntry } | { readonly reject: Reject }>
  get(txid: Txid): RpcMempoolEntry | undefined
  byWtxid(wtxid: Wtxid): RpcMempoolEntry | undefined
  spender(key: OutpointKey): Txid | undefined
  coin(key: OutpointKey): Coin | undefined
  entries(): Iterable<RpcMempoolEntry>
  /** Digests what the chain has told so far. */
  settled?(): Promise<void>
}

/** The node's peers. */
export interface RpcNetwork {
  readonly peerId: string
  readonly active: boolean
  multiaddrs(): readonly string[]
  peers(): readonly PeerInfo[]
  addedNodes(): readonly AddedNode[]
  addNode(address: string, command: 'add' | 'remove' | 'onetry'): Promise<void>
  disconnect(idOrAddress: number | string): Promise<boolean>
  setActive(active: boolean): Promise<void>
}

/** Something looked up in blocks; its answers may lag behind the chain. */
export interface RpcIndex<I> {
  /** As Core names it. */
  readonly name: string
  readonly synced: boolean
  /** Of the last block in it, -1 for none. */
  readonly height: Height
  /** Waits for what the chain has now; false if that is too far away. */
  caughtUp(): Promise<boolean>
  /** What `find` finds; undefined also while the index is being made again. */
  ask<T>(find: (index: I) => Promise<T | undefined>): Promise<T | undefined>
}

/** The indexes that the node keeps. */
export interface RpcIndexes {
  readonly transactions?: RpcIndex<Pick<TransactionIndex, 'find'>> | undefined
  readonly filters?: RpcIndex<Pick<FilterIndex, 'find'>> | undefined
}

/** What the mempool and the miner are configured to, in satoshis per 1,000 virtual bytes. */
export interface RpcPolicy {
  readonly maxMempoolBytes: number
  readonly minRelayFeeRate: Sats
  readonly incrementalFeeRate: Sats
  readonly blockMinFeeRate: Sats
}

/** Everything the handlers need of the node. */
export interface RpcContext {
  readonly params: ChainParams
  readonly chain: RpcChain
  readonly mempool: RpcMempool
  readonly indexes: RpcIndexes
  readonly network: RpcNetwork
  /** Mines blocks that pay the script; fewer than asked for when `maxTries` nonces were not enough. */
  generate(count: number, script: Uint8Array, maxTries: number): Promise<readonly BlockHash[]>
  /** Compact target of a block on the tip, made now. */
  nextBits(): number
  readonly policy: RpcPolicy
  readonly clock: Clock
  readonly startedAtMs: number
  /** As peers see it, `/Raistone:0.1.0/`. */
  readonly userAgent: string
  /** Where relative paths begin. */
  readonly directory: string
  /** Memory of the database of coins. */
  readonly databaseCacheBytes: number
  /** Bytes of raw blocks and undo data. */
  sizeOnDisk(): Promise<number>
  /** How much of the chain is verified, from 0 to 1. */
  verifiedShare(): number
  /** Asks the node to stop; returns at once. */
  stop(): void
  readonly log?: Log
}
