import type { Sats } from '@raistone/primitives'

/** Fee rates are satoshis for 1,000 virtual bytes. */
export type FeeRate = Sats

/** What this node relays beyond what a block may carry. Nobody's ledger depends on these. */
export interface MempoolPolicy {
  /** False (Core's `-acceptnonstdtxn`): forms, sizes of scripts and dust are not looked at. */
  readonly requireStandard: boolean
  readonly minRelayFeeRate: FeeRate
  /** By how much a full pool raises its entrance fee above what it has just evicted. */
  readonly incrementalFeeRate: FeeRate
  /** An output is dust if spending it would cost more than it is worth at this rate. */
  readonly dustFeeRate: FeeRate
  /** Bytes of OP_RETURN scripts in one transaction; 0 refuses all of them. */
  readonly dataCarrierBytes: number
  readonly permitBareMultisig: boolean
}

/** Bitcoin Core 30's defaults. */
export const mempoolPolicy: MempoolPolicy = {
  requireStandard: true,
  minRelayFeeRate: 100n,
  incrementalFeeRate: 100n,
  dustFeeRate: 3000n,
  dataCarrierBytes: 100_000,
  permitBareMultisig: true,
}

/** How much may wait for a block. */
export interface MempoolLimits {
  /** Memory, estimated; beyond it the cheapest packages are evicted. */
  readonly maxBytes: number
  /** Memory, estimated, for transactions of disconnected blocks while a reorganisation lasts. */
  readonly maxFreedBytes: number
  readonly maxAgeSec: number
  /** Transactions in an unconfirmed chain, counting the transaction itself, upwards and downwards. */
  readonly maxAncestors: number
  readonly maxDescendants: number
  /** Virtual bytes of the same chains. */
  readonly maxAncestorSize: number
  readonly maxDescendantSize: number
}

export const mempoolLimits: MempoolLimits = {
  maxBytes: 300_000_000,
  maxFreedBytes: 20_000_000,
  maxAgeSec: 336 * 3600,
  maxAncestors: 25,
  maxDescendants: 25,
  maxAncestorSize: 101_000,
  maxDescendantSize: 101_000,
}

/** Weight of the largest transaction that is relayed; a block has ten times as much. */
export const MAX_STANDARD_WEIGHT = 400_000
/** Smaller ones without witnesses could pass for an inner node of a Merkle tree (CVE-2017-12842). */
export const MIN_STANDARD_STRIPPED_SIZE = 65
/** A fifth of what a block may have. */
export const MAX_STANDARD_SIGOP_COST = 16_000
export const MAX_STANDARD_VERSION = 3
