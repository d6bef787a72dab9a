import type { Block, BlockHash, Height, Sats } from '@raistone/primitives'

/** How the next block's target follows from its ancestors. */
export type Retarget =
  /** Bitcoin: every `interval` blocks, by the time the last interval took, a factor of 4 at most. */
  | {
      readonly kind: 'bitcoin'
      readonly intervalBlocks: number
      /** testnet3: a block later than twice the spacing may have the limit as its target. */
      readonly allowMinDifficulty: boolean
      /** testnet4, BIP-0094: retargets start from the first block of the interval; time-warp is refused. */
      readonly enforceBip94: boolean
    }
  /** aserti3-2d: an absolute schedule from the anchor block. */
  | { readonly kind: 'asert'; readonly halfLifeSec: number; readonly anchorHeight: Height }
  /** A step from the parent by the time it took; `maxGapSec` is the longest time that counts. */
  | { readonly kind: 'relative'; readonly halfLifeSec: number; readonly maxGapSec: number }
  /** The limit, always. */
  | { readonly kind: 'none' }

/** Version bytes and prefixes of addresses and keys. */
export interface AddressParams {
  readonly pubkeyHash: number
  readonly scriptHash: number
  readonly privateKey: number
  readonly hrp: string
  /** Version bytes of extended keys (BIP-0032), as unsigned 32-bit numbers. */
  readonly extendedPublic: number
  readonly extendedPrivate: number
  /** SLIP-0044 coin type in derivation paths. */
  readonly coinType: number
}

/** First height at which each soft fork's rules hold; `undefined` heights do not exist: never is Infinity. */
export interface ForkHeights {
  readonly bip16: Height
  readonly bip34: Height
  readonly bip65: Height
  readonly bip66: Height
  readonly csv: Height
  readonly segwit: Height
  readonly taproot: Height
}

/** A coin set that may be loaded: what the chain's rules lead to anyway, and so no part of the network id. */
export interface Snapshot {
  readonly height: Height
  readonly block: BlockHash
  /** `hash_serialized_3` of the coins. */
  readonly hash: string
  /** Transactions of the chain up to its block, where somebody has counted them. */
  readonly chainTxCount?: number
}

/** A chain, as its genesis file defines it. Times are seconds, money is satoshis. */
export interface ChainParams {
  readonly name: string
  readonly title: string
  readonly ticker: string
  readonly ports: { readonly p2p: number; readonly rpc: number }
  /** The four bytes before each block in block files, as hex in file order. */
  readonly magic: string
  readonly address: AddressParams
  readonly pow: {
    /** The easiest target allowed. */
    readonly limit: bigint
    readonly spacingSec: number
    readonly retarget: Retarget
    /** How far a block's time may lie ahead of our clock. */
    readonly futureLimitSec: number
  }
  readonly money: { readonly subsidy: Sats; readonly halvingBlocks: number; readonly maxMoney: Sats }
  readonly coinbaseMaturity: number
  readonly forks: ForkHeights
  /** Blocks whose scripts are judged by other flags than their height says (Bitcoin's P2SH and Taproot exceptions). */
  readonly scriptExceptions: ReadonlyMap<BlockHash, number>
  /** Blocks whose coinbase may take the place of one that is not spent yet (BIP-0030's two in Bitcoin). */
  readonly bip30Exceptions: ReadonlySet<BlockHash>
  /** BIP-0325: the script that every block's solution must satisfy; undefined where anybody may mine. */
  readonly signetChallenge: Uint8Array | undefined
  readonly genesis: Block
  /** Whether the node may discover peers and listen beyond loopback without being asked: false on devnet and regtest. */
  readonly discovery: boolean
  /** Whether blocks are mined on demand only, as on regtest. */
  readonly mineOnDemand: boolean
  readonly bootstrap: readonly string[]
  readonly minimumChainWork: bigint
  readonly assumeValid: BlockHash | undefined
  readonly snapshots: readonly Snapshot[]
  /** SHA-256 of the canonical JSON of every consensus field, hex: what two peers compare. */
  readonly networkHash: string
  /** Its first 16 hex digits: names topics, protocols and the DHT. */
  readonly networkId: string
}
