import type { Height, Sats, Transaction, Txid } from '@raistone/primitives'

/** A transaction that waits for a block. Totals count the transaction itself. */
export interface MempoolEntry {
  /** With bytes of its own. */
  readonly tx: Transaction
  readonly fee: Sats
  /** As policy counts it: by weight, or by signature operations if they are many. */
  readonly vsize: number
  readonly weight: number
  readonly sigopCost: number
  /** When it came, by the node's clock. */
  readonly timeSec: number
  /** Of the tip when it came. */
  readonly height: Height
  /** The pool's sequence number when it came. */
  readonly sequence: number
  /** Whether it spends a coinbase, which a reorganisation may make immature. */
  readonly spendsCoinbase: boolean
  /** Unconfirmed transactions that it spends from. */
  readonly parents: ReadonlySet<Txid>
  /** Unconfirmed transactions that spend from it. */
  readonly children: ReadonlySet<Txid>
  readonly ancestors: PackageTotals
  readonly descendants: PackageTotals
}

/** A transaction together with all its unconfirmed ancestors, or descendants. */
export interface PackageTotals {
  readonly count: number
  readonly vsize: number
  readonly fees: Sats
}

/** What an accepted transaction brings into the pool. */
export type NewEntry = Pick<
  MempoolEntry,
  'tx' | 'fee' | 'vsize' | 'weight' | 'sigopCost' | 'timeSec' | 'height' | 'sequence' | 'spendsCoinbase'
>
