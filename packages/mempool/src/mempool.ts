import { type Coin, type CoinView, Emitter, type Events, nowSec, type Outcome, type Reject } from '@raistone/consensus'
import {
  type Block,
  detachTransaction,
  type OutpointKey,
  outpointKey,
  type Sats,
  type Transaction,
  type Txid,
  type Wtxid,
} from '@raistone/primitives'
import { checkBeforeCoins } from './accept/alone.js'
import { checkFamily } from './accept/family.js'
import { NextBlock } from './accept/next-block.js'
import { checkScripts } from './accept/scripts.js'
import { loadSpentCoins } from './accept/spent-coins.js'
import { checkWithCoins, type Measured } from './accept/with-coins.js'
import type { MempoolDeps } from './deps.js'
import { feeRateOf } from './policy/fee-rate.js'
import { type FeeRate, type MempoolLimits, type MempoolPolicy, mempoolLimits, mempoolPolicy } from './policy/limits.js'
import { RollingFee } from './policy/rolling-fee.js'
import type { MempoolEntry, NewEntry } from './pool/entry.js'
import { TransactionGraph } from './pool/graph.js'

/** Why a transaction left the pool. */
export type RemovalReason = 'block' | 'conflict' | 'reorg' | 'expiry' | 'sizelimit'

export interface MempoolEvents {
  added: { readonly entry: MempoolEntry }
  removed: { readonly entry: MempoolEntry; readonly reason: RemovalReason }
}

export interface MempoolOptions {
  readonly policy?: Partial<MempoolPolicy>
  readonly limits?: Partial<MempoolLimits>
}

export interface AcceptOptions {
  /** Judge only. */
  readonly testOnly?: boolean
  /** Refuse what pays more, satoshis for 1,000 virtual bytes; 0 is no limit. */
  readonly maxFeeRateSatPerKvb?: Sats | undefined
}

export type Accepted =
  | { readonly entry: MempoolEntry; readonly reject?: undefined }
  | { readonly reject: Reject; readonly entry?: undefined }

/** Judging is begun anew when a block comes meanwhile; so often it cannot be by chance. */
const MOST_ATTEMPTS = 10

/**
 * The transactions that wait for a block. They are valid on top of the tip, all of them together; a block takes out
 * what it confirms and what it contradicts, a reorganisation brings back what it frees. One is judged at a time.
 */
export class Mempool {
  readonly name = 'mempool'
  readonly events: Events<MempoolEvents>
  private readonly emitter = new Emitter<MempoolEvents>()
  private readonly graph = new TransactionGraph()
  private readonly policy: MempoolPolicy
  private readonly limits: MempoolLimits
  private readonly rollingFee: RollingFee
  private readonly offs: (() => void)[] = []
  /** Transactions of disconnected blocks, oldest first, until the reorganisation is over. */
  private freed: Transaction[] = []
  private last: Promise<unknown> = Promise.resolve()
  private counter = 1
  /** Blocks were taken back since the last tip. */
  private wentBack = false

  constructor(
    private readonly deps: MempoolDeps,
    options: MempoolOptions = {},
  ) {
    this.events = this.emitter
    this.policy = { ...mempoolPolicy, ...options.policy }
    this.limits = { ...mempoolLimits, ...options.limits }
    this.rollingFee = new RollingFee(this.policy)
  }

  /** Follows the chain from here on. */
  start(): void {
    const { events } = this.deps.chain
    this.offs.push(
      events.on('connected', ({ block }) => this.onConnected(block)),
      events.on('disconnected', ({ block }) => this.onDisconnected(block)),
      events.on('tip', () => this.onTip()),
    )
  }

  async stop(): Promise<void> {
    for (const off of this.offs.splice(0)) off()
    await this.settled()
  }

  get size(): number {
    return this.graph.size
  }

  /** Virtual bytes of all transactions. */
  get bytes(): number {
    return this.graph.vsize
  }

  /** Estimated memory, bytes. */
  get usage(): number {
    return this.graph.memory
  }

  get totalFee(): Sats {
    return this.graph.fees
  }

  /** Rises by one with every transaction that comes or goes other than by a block. */
  get sequence(): number {
    return this.counter
  }

  /** What a transaction must pay to get in, satoshis for 1,000 virtual bytes. */
  get minFeeRate(): FeeRate {
    const rolling = this.rollingFee.current(nowSec(this.deps.clock), this.graph.memory / this.limits.maxBytes)
    return rolling > this.policy.minRelayFeeRate ? rolling : this.policy.minRelayFeeRate
  }

  get(txid: Txid): MempoolEntry | undefined {
    return this.graph.get(txid)
  }

  byWtxid(wtxid: Wtxid): MempoolEntry | undefined {
    return this.graph.byWtxid(wtxid)
  }

  has(txid: Txid): boolean {
    return this.graph.get(txid) !== undefined
  }

  /** Who spends the output, of the transactions here. */
  spender(key: OutpointKey): Txid | undefined {
    return this.graph.spender(key)
  }

  /** An output of a transaction here, as if the next block had made it. */
  coin(key: OutpointKey): Coin | undefined {
    const output = this.graph.get(key.slice(0, 64) as Txid)?.tx.outputs[Number(key.slice(65))]
    return output && { ...output, height: this.deps.chain.tip.height + 1, coinbase: false }
  }

  entries(): Iterable<MempoolEntry> {
    return this.graph.entries()
  }

  /** All that the chain has told so far, and all that was submitted, is digested. */
  async settled(): Promise<void> {
    let seen: unknown
    while (seen !== this.last) {
      seen = this.last
      await this.last
    }
  }

  /** Judges the transaction and takes it in, or says why not. */
  accept(tx: Transaction, options: AcceptOptions = {}): Promise<Accepted> {
    return this.inTurn(() => this.take(tx, options, false))
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.last.then(run)
    this.last = turn.catch(() => undefined)
    return turn
  }

  private async take(tx: Transaction, options: AcceptOptions, anyFee: boolean): Promise<Accepted> {
    const { chain } = this.deps
    for (let attempt = 1; ; attempt++) {
      const { tip } = chain
      const outcome = await this.judge(tx, options.maxFeeRateSatPerKvb, anyFee)
      if (chain.tip !== tip && attempt < MOST_ATTEMPTS) continue
      if (outcome.reject) return outcome
      return this.add(outcome.value, options.testOnly ?? false)
    }
  }

  private async judge(tx: Transaction, maxFeeRate: FeeRate | undefined, anyFee: boolean): Promise<Outcome<NewEntry>> {
    const { graph, policy, limits, deps } = this
    const next = new NextBlock(deps.chain)
    const early = checkBeforeCoins(tx, { graph, policy, next })
    if (early) return { reject: early }
    const found = await loadSpentCoins(tx, key => this.coin(key), deps.chain)
    if (found.reject) return found
    const coins = found.value
    const poolFeeRate = this.rollingFee.current(nowSec(deps.clock), graph.memory / limits.maxBytes)
    const measured = checkWithCoins(tx, coins, next, policy, { poolFeeRate, maxFeeRate, anyFee })
    if (measured.reject) return measured
    const late =
      checkFamily(tx, measured.value.vsize, graph, limits, policy.requireStandard) ??
      (await checkScripts(tx, coins, next.flags, deps.verifier))
    return late ? { reject: late } : { value: this.describe(tx, coins, measured.value) }
  }

  private describe(tx: Transaction, coins: readonly Coin[], measured: Measured): NewEntry {
    return {
      tx: detachTransaction(tx),
      ...measured,
      timeSec: nowSec(this.deps.clock),
      height: this.deps.chain.tip.height,
      sequence: this.counter,
      spendsCoinbase: coins.some(coin => coin.coinbase),
    }
  }

  private add(incoming: NewEntry, testOnly: boolean): Accepted {
    const entry = this.graph.add(incoming)
    if (testOnly) {
      this.graph.remove(incoming.tx.txid)
      return { entry }
    }
    this.counter++
    const evicted = this.shrink()
    if (evicted.has(entry.tx.txid)) return { reject: { rule: 'mempool full', cause: 'policy' } }
    this.emitter.emit('added', { entry })
    return { entry }
  }

  /** Evicts the packages that pay least until the rest fits. */
  private shrink(): ReadonlySet<Txid> {
    const gone = new Set<Txid>()
    while (this.graph.memory > this.limits.maxBytes) {
      let cheapest: { readonly entry: MempoolEntry; readonly rate: FeeRate } | undefined
      for (const entry of this.graph.entries()) {
        const own = feeRateOf(entry.fee, entry.vsize)
        const family = feeRateOf(entry.descendants.fees, entry.descendants.vsize)
        const rate = own > family ? own : family
        if (!cheapest || rate < cheapest.rate) cheapest = { entry, rate }
      }
      if (!cheapest) break
      this.rollingFee.onEvicted(cheapest.rate)
      for (const txid of this.removeFamily(cheapest.entry.tx.txid, 'sizelimit')) gone.add(txid)
    }
    return gone
  }

  private remove(txid: Txid, reason: RemovalReason): void {
    const entry = this.graph.remove(txid)
    if (!entry) return
    if (reason !== 'block') this.counter++
    this.emitter.emit('removed', { entry, reason })
  }

  /** The transaction and all that spends from it. */
  private removeFamily(txid: Txid, reason: RemovalReason): Txid[] {
    const family = this.graph.downwards([txid]).map(entry => entry.tx.txid)
    for (const member of family.reverse()) this.remove(member, reason)
    return family
  }

  private onConnected(block: Block): void {
    for (const tx of block.transactions) {
      this.remove(tx.txid, 'block')
      for (const { prevout } of tx.inputs) {
        const rival = this.graph.spender(outpointKey(prevout))
        if (rival !== undefined) this.removeFamily(rival, 'conflict')
      }
    }
    this.rollingFee.onBlock(nowSec(this.deps.clock))
  }

  private onDisconnected(block: Block): void {
    this.wentBack = true
    this.freed = [...block.transactions.slice(1).map(detachTransaction), ...this.freed]
  }

  private onTip(): void {
    const freed = this.freed
    this.freed = []
    const reorganised = this.wentBack
    this.wentBack = false
    void this.inTurn(async () => {
      for (const tx of freed) await this.take(tx, {}, true)
      if (reorganised) await this.dropWhatBroke()
      this.expire()
    }).catch(() => undefined)
  }

  /** After a reorganisation: what spends coins that are gone, immature again or locked again has to go. */
  private async dropWhatBroke(): Promise<void> {
    const entries = [...this.graph.entries()]
    const keys = entries.flatMap(({ tx }) => tx.inputs.map(({ prevout }) => outpointKey(prevout)))
    const view = await this.deps.chain.coins(keys.filter(key => !this.coin(key)))
    const next = new NextBlock(this.deps.chain)
    for (const { tx } of entries) {
      if (this.has(tx.txid) && !this.stillHolds(tx, view, next)) this.removeFamily(tx.txid, 'reorg')
    }
  }

  private stillHolds(tx: Transaction, view: CoinView, next: NextBlock): boolean {
    const coins: Coin[] = []
    for (const { prevout } of tx.inputs) {
      const key = outpointKey(prevout)
      const coin = this.coin(key) ?? view.get(key)
      if (!coin) return false
      coins.push(coin)
    }
    return next.isFinal(tx) && !next.sequenceLocks(tx, coins) && !next.withCoins(tx, coins).reject
  }

  private expire(): void {
    const oldest = nowSec(this.deps.clock) - this.limits.maxAgeSec
    const old = [...this.graph.entries()].filter(entry => entry.timeSec < oldest)
    for (const { tx } of old) if (this.has(tx.txid)) this.removeFamily(tx.txid, 'expiry')
  }
}
