import {
  type Height,
  isCoinbase,
  type Outpoint,
  type OutpointKey,
  outpointKey,
  outputTotal,
  type Sats,
  type Transaction,
  type Txid,
} from '@raistone/primitives'
import type { KeyPath } from '../keys/account.js'

/** An output that is the wallet's. */
export interface Credit extends KeyPath {
  readonly vout: number
  readonly value: Sats
}

/** What the wallet remembers of a transaction that concerns it. */
export interface KnownTransaction {
  readonly txid: Txid
  /** Undefined while it waits for a block. */
  readonly height: Height | undefined
  /** Of its block, or when it was first seen; seconds. */
  readonly timeSec: number
  readonly coinbase: boolean
  readonly credits: readonly Credit[]
  /** The wallet's coins that it spends. */
  readonly debits: readonly OutpointKey[]
  /** Whether every input is the wallet's: its unconfirmed change can be relied on. */
  readonly own: boolean
  /** All outputs together. */
  readonly total: Sats
}

/** A coin of the wallet's that no known transaction spends. */
export interface WalletCoin extends Credit {
  readonly outpoint: Outpoint
  readonly height: Height | undefined
  readonly coinbase: boolean
  readonly own: boolean
}

/** Whose script it is. */
export type Recognise = (script: Uint8Array) => KeyPath | undefined

/** The transactions that concern a wallet, and the coins that follow from them. */
export class Book {
  private readonly known = new Map<Txid, KnownTransaction>()
  /** Values of all outputs that ever were the wallet's, and who spends them. */
  private readonly values = new Map<OutpointKey, Sats>()
  private readonly spenders = new Map<OutpointKey, Txid>()

  constructor(transactions: Iterable<KnownTransaction> = []) {
    for (const each of transactions) this.put(each)
  }

  get transactions(): readonly KnownTransaction[] {
    return [...this.known.values()]
  }

  get(txid: Txid): KnownTransaction | undefined {
    return this.known.get(txid)
  }

  valueOf(key: OutpointKey): Sats {
    return this.values.get(key) ?? 0n
  }

  private put(tx: KnownTransaction): void {
    this.known.set(tx.txid, tx)
    for (const { vout, value } of tx.credits) this.values.set(outpointKey({ txid: tx.txid, vout }), value)
    for (const key of tx.debits) this.spenders.set(key, tx.txid)
  }

  /** Forgets the transaction and all that waits and spends from it. */
  drop(txid: Txid): void {
    const tx = this.known.get(txid)
    if (!tx) return
    this.known.delete(txid)
    for (const key of tx.debits) if (this.spenders.get(key) === txid) this.spenders.delete(key)
    for (const { vout } of tx.credits) {
      const key = outpointKey({ txid, vout })
      this.values.delete(key)
      const child = this.spenders.get(key)
      if (child !== undefined) this.drop(child)
    }
  }

  /** Takes the transaction in if it concerns the wallet; a confirmed one drives out what contradicts it. */
  record(
    tx: Transaction,
    at: { readonly height: Height | undefined; readonly timeSec: number },
    recognise: Recognise,
  ): boolean {
    const credits: Credit[] = []
    tx.outputs.forEach(({ script, value }, vout) => {
      const path = recognise(script)
      if (path) credits.push({ ...path, vout, value })
    })
    const keys = tx.inputs.map(({ prevout }) => outpointKey(prevout))
    const debits = keys.filter(key => this.values.has(key))
    if (credits.length === 0 && debits.length === 0) return false
    for (const key of debits) {
      const rival = this.spenders.get(key)
      if (rival !== undefined && rival !== tx.txid) this.drop(rival)
    }
    const before = this.known.get(tx.txid)
    this.put({
      txid: tx.txid,
      height: at.height,
      timeSec: at.height === undefined ? (before?.timeSec ?? at.timeSec) : at.timeSec,
      coinbase: isCoinbase(tx),
      credits,
      debits,
      own: debits.length === keys.length,
      total: outputTotal(tx),
    })
    return true
  }

  /** Blocks above the height are no more: their transactions wait again, and coinbases are gone. */
  rewind(height: Height): void {
    for (const tx of this.transactions) {
      if (tx.height === undefined || tx.height <= height) continue
      if (tx.coinbase) this.drop(tx.txid)
      else if (this.known.has(tx.txid)) this.put({ ...tx, height: undefined })
    }
  }

  /** Waiting transactions that are not among these are forgotten: no node has them any more. */
  keepWaiting(alive: ReadonlySet<Txid>): void {
    for (const { txid, height } of this.transactions) if (height === undefined && !alive.has(txid)) this.drop(txid)
  }

  get coins(): WalletCoin[] {
    return this.transactions.flatMap(({ txid, height, coinbase, own, credits }) =>
      credits
        .map(credit => ({ ...credit, outpoint: { txid, vout: credit.vout }, height, coinbase, own }))
        .filter(coin => !this.spenders.has(outpointKey(coin.outpoint))),
    )
  }
}
