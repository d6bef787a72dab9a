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
  toHex,
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
  /** Whether every input is the wallet's. */
  readonly own: boolean
  /** All outputs together. */
  readonly total: Sats
  /** Hex of a payment that this wallet signed: it is offered again where a node has lost it. */
  readonly raw: string | undefined
}

/** A coin of the wallet's that no known transaction spends. */
export interface WalletCoin extends Credit {
  readonly outpoint: Outpoint
  readonly height: Height | undefined
  readonly coinbase: boolean
  /** Confirmed, or made by the wallet from such coins: nobody else can take it back. */
  readonly trusted: boolean
}

/** Whose script it is. */
export type Recognise = (script: Uint8Array) => KeyPath | undefined

/** Where and when a transaction was met. */
export interface Sighting {
  /** Undefined while it waits for a block. */
  readonly height: Height | undefined
  readonly timeSec: number
  /** By this wallet, just now. */
  readonly signed?: boolean
}

/** The transactions that concern a wallet, and the coins that follow from them. */
export class Book {
  private readonly known = new Map<Txid, KnownTransaction>()
  /** Outputs that ever were the wallet's: what they are worth, whose they are, and who spends them. */
  private readonly values = new Map<OutpointKey, Sats>()
  private readonly makers = new Map<OutpointKey, Txid>()
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
    for (const { vout, value } of tx.credits) {
      const key = outpointKey({ txid: tx.txid, vout })
      this.values.set(key, value)
      this.makers.set(key, tx.txid)
    }
    for (const key of tx.debits) this.spenders.set(key, tx.txid)
  }

  /** Forgets the transaction and all that spends from it. */
  drop(txid: Txid): void {
    const tx = this.known.get(txid)
    if (!tx) return
    this.known.delete(txid)
    for (const key of tx.debits) if (this.spenders.get(key) === txid) this.spenders.delete(key)
    for (const { vout } of tx.credits) {
      const key = outpointKey({ txid, vout })
      this.values.delete(key)
      this.makers.delete(key)
      const child = this.spenders.get(key)
      if (child !== undefined) this.drop(child)
    }
  }

  /**
   * Takes the transaction in if it concerns the wallet. A confirmed one drives out what contradicts it; a waiting one
   * gives way to what is confirmed and to what the wallet signed itself.
   */
  record(tx: Transaction, { height, timeSec, signed = false }: Sighting, recognise: Recognise): boolean {
    const credits = creditsOf(tx, recognise)
    const keys = tx.inputs.map(({ prevout }) => outpointKey(prevout))
    const debits = keys.filter(key => this.values.has(key))
    if (credits.length === 0 && debits.length === 0) return false
    const rivals = this.rivalsOf(tx.txid, debits)
    if (height === undefined && rivals.some(rival => rival.height !== undefined || rival.raw !== undefined))
      return false
    for (const { txid } of rivals) this.drop(txid)
    const before = this.known.get(tx.txid)
    this.put({
      txid: tx.txid,
      height,
      timeSec: height === undefined ? (before?.timeSec ?? timeSec) : timeSec,
      coinbase: isCoinbase(tx),
      credits,
      debits,
      own: debits.length === keys.length,
      total: outputTotal(tx),
      raw: signed ? toHex(tx.raw) : before?.raw,
    })
    return true
  }

  private rivalsOf(txid: Txid, debits: readonly OutpointKey[]): KnownTransaction[] {
    const rivals = debits.map(key => this.spenders.get(key)).filter(rival => rival !== undefined && rival !== txid)
    return rivals.map(rival => this.known.get(rival as Txid)).filter(rival => rival !== undefined)
  }

  /** Blocks above the height are no more: their transactions wait again, and coinbases are gone. */
  rewind(height: Height): void {
    for (const tx of this.transactions) {
      if (tx.height === undefined || tx.height <= height) continue
      if (tx.coinbase) this.drop(tx.txid)
      else if (this.known.has(tx.txid)) this.put({ ...tx, height: undefined })
    }
  }

  get waiting(): readonly KnownTransaction[] {
    return this.transactions.filter(({ height }) => height === undefined)
  }

  /** Waiting transactions that are not among these are forgotten, but for the wallet's own payments. */
  keepWaiting(alive: ReadonlySet<Txid>): void {
    for (const { txid, raw } of this.waiting) if (raw === undefined && !alive.has(txid)) this.drop(txid)
  }

  /** As Core has it: all inputs are the wallet's, and each comes from a transaction that is trusted itself. */
  private isTrusted(tx: KnownTransaction, judged: Map<Txid, boolean>): boolean {
    if (tx.height !== undefined) return true
    const before = judged.get(tx.txid)
    if (before !== undefined) return before
    const parents = tx.debits.map(key => this.known.get(this.makers.get(key) as Txid))
    const trusted = tx.own && parents.every(parent => parent !== undefined && this.isTrusted(parent, judged))
    judged.set(tx.txid, trusted)
    return trusted
  }

  get coins(): WalletCoin[] {
    const judged = new Map<Txid, boolean>()
    return this.transactions.flatMap(tx => {
      const { txid, height, coinbase } = tx
      const trusted = this.isTrusted(tx, judged)
      return tx.credits
        .map(credit => ({ ...credit, outpoint: { txid, vout: credit.vout }, height, coinbase, trusted }))
        .filter(coin => !this.spenders.has(outpointKey(coin.outpoint)))
    })
  }
}

function creditsOf({ outputs }: Transaction, recognise: Recognise): Credit[] {
  const credits: Credit[] = []
  outputs.forEach(({ script, value }, vout) => {
    const path = recognise(script)
    if (path) credits.push({ ...path, vout, value })
  })
  return credits
}
