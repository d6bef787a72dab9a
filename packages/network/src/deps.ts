import type { BlockEntry, ChainParams, Clock, Reject } from '@raistone/consensus'
import type { Block, BlockHash, Header, Transaction, Txid, Wtxid } from '@raistone/primitives'
import type { Log } from './log.js'

/** The ledger, as far as peers can ask for it or add to it. */
export interface NetworkChain {
  readonly tip: BlockEntry
  readonly bestHeader: BlockEntry
  readonly initialDownload: boolean
  /** Up to this height there are no blocks any more; 0 if all are kept. */
  readonly prunedTo?: number
  /** Blocks from here on up to that of a snapshot may not have come yet; undefined if there is none. */
  readonly historyFrom?: number | undefined
  readonly events: {
    on(name: 'tip', listener: (event: { readonly entry: BlockEntry }) => void): () => void
    on(name: 'verified', listener: () => void): () => void
    on(name: 'connected', listener: (event: { readonly block: Block }) => void): () => void
  }
  entry(hash: BlockHash): BlockEntry | undefined
  isActive(entry: BlockEntry): boolean
  submitHeaders(headers: readonly Header[]): {
    readonly accepted: number
    readonly reject?: (Reject & { readonly at: number }) | undefined
  }
  submitBlock(block: Uint8Array | Block): Promise<
    | {
        readonly state: 'connected' | 'stored' | 'duplicate'
        readonly entry: BlockEntry
        readonly reject?: undefined
      }
    | { readonly reject: Reject }
  >
  block(hash: BlockHash): Promise<Block | undefined>
  blockBytes(hash: BlockHash): Promise<Uint8Array | undefined>
  locator(from?: BlockEntry): readonly BlockHash[]
  afterLocator(locator: readonly BlockHash[], most: number, stop?: BlockHash): readonly BlockEntry[]
  missingBlocks(most: number): readonly BlockEntry[]
}

/** Transactions waiting for a block, as far as peers can ask for them or add to them. */
export interface NetworkMempool {
  readonly events: {
    on(name: 'added', listener: (event: { readonly entry: { readonly tx: Transaction } }) => void): () => void
  }
  accept(
    tx: Transaction,
  ): Promise<
    { readonly entry: { readonly tx: Transaction }; readonly reject?: undefined } | { readonly reject: Reject }
  >
  has(txid: Txid): boolean
  byWtxid(wtxid: Wtxid): { readonly tx: Transaction } | undefined
  entries(): Iterable<{ readonly tx: Transaction }>
}

export interface NetworkDeps {
  readonly params: ChainParams
  readonly chain: NetworkChain
  readonly mempool: NetworkMempool
  /** Ledger time: ages of tips. Deadlines use a monotonic clock of their own. */
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number
  /** Protobuf, as `newIdentity` makes it. */
  readonly privateKey: Uint8Array
}

export interface NetworkOptions {
  /** Multiaddrs to listen on; none refuses nobody, it just cannot be reached. */
  readonly listen: readonly string[]
  /** If any, the only peers this node dials. */
  readonly connect: readonly string[]
  /** Peers to keep a connection with. */
  readonly addnode: readonly string[]
  readonly userAgent: string
  /** Inbound peers at most; outbound ones are not counted. */
  readonly maxInbound?: number
  /** False: transactions are neither published nor asked for (Core's `-blocksonly`). */
  readonly relayTransactions?: boolean
}

/** What is known of a connected peer. Times are milliseconds since 1970 by the machine's clock. */
export interface PeerInfo {
  /** Counts up from 0 in the order peers came. */
  readonly id: number
  readonly peerId: string
  /** Remote multiaddr. */
  readonly address: string
  /** The other node's `HOST:PORT`, as Core prints it. */
  readonly hostPort: string
  readonly inbound: boolean
  /** The operator named it: it is never banned. */
  readonly named: boolean
  readonly connectedAtMs: number
  /** 0 before the first. */
  readonly lastSendMs: number
  readonly lastReceiveMs: number
  readonly lastBlockMs: number
  readonly lastTransactionMs: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly pingMs: number | undefined
  readonly minPingMs: number | undefined
  readonly userAgent: string
  readonly services: number
  /** Height in its first status. */
  readonly startingHeight: number
  /** Height in its latest status. */
  readonly height: number
  readonly tip: BlockHash
  /** Height of the last header we have in common; -1 when none is known. */
  readonly syncedHeaders: number
  /** Height of the last block we have in common; -1 when none is known. */
  readonly syncedBlocks: number
  /** Heights asked of it and not yet come. */
  readonly inFlight: readonly number[]
  /** Penalty points; 100 is a ban. */
  readonly score: number
}

export interface AddedNode {
  readonly address: string
  readonly connected: boolean
  readonly inbound: boolean
  readonly peer: PeerInfo | undefined
}

export interface Totals {
  readonly received: number
  readonly sent: number
}
