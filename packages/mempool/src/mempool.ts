import { type Coin, Emitter, type Events, nowSec, type Reject } from '@raistone/consensus'
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
import { type Admitted, judge, type Petition } from './accept/judge.js'
import { createScriptCheck } from './accept/scripts.js'
import { withTheirCoins } from './accept/spent-coins.js'
import type { MempoolDeps } from './deps.js'
import { feeRateOf } from './policy/fee-rate.js'
import { type FeeRate, type MempoolLimits, type MempoolPolicy, mempoolLimits, mempoolPolicy } from './policy/limits.js'
import { RollingFee } from './policy/rolling-fee.js'
import { findBroken } from './pool/broken.js'
import { cheapestEntry } from './pool/cheapest.js'
import type { MempoolEntry, NewEntry } from './pool/entry.js'
import { FreedTransactions } from './pool/freed.js'
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

/** Judging is begun anew when a block comes meanwhile: while blocks pour in, there is no telling. */
const MOST_ATTEMPTS = 10
const CHAIN_MOVES: Reject = { rule: 'chain-moves', cause: 'early', detail: 'blocks come faster than it can be judged' }

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
  private readonly freed: FreedTransactions
  private last: Promise<unknown> = Promise.resolve()
  private counter = 1
  /** Blocks that came or went; what was judged before the last of them is judged again. */
  private steps = 0
  /** The chain is on its way to its next tip. */
  private underway = false
  private wentBack = false

  constructor(
    private readonly deps: MempoolDeps,
    options: MempoolOptions = {},
  ) {
    this.events = this.emitter
    this.policy = { ...mempoolPolicy, ...options.policy }
    this.limits = { ...mempoolLimits, ...options.limits }
    this.rollingFee = new RollingFee(this.policy)
    this.freed = new FreedTransactions(this.limits.maxFreedBytes)
  }

  /** Follows the chain from here on. */
  start(): void {
    const { events } = this.deps.chain
    this.offs.push(
      events.on('connected', ({ block }) => this.onConnected(block)),
      events.on('disconnected', ({ block }) => this.onDisconnected(block)),
      events.on('jumped', () => this.onJumped()),
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
    const rolling = this.poolFeeRate
    return rolling > this.policy.minRelayFeeRate ? rolling : this.policy.minRelayFeeRate
  }

  /** Entrance fee of a pool that was full. */
  private get poolFeeRate(): FeeRate {
    return this.rollingFee.current(nowSec(this.deps.clock), this.graph.memory / this.limits.maxBytes)
  }

  /** Blocks were taken back, and what that breaks or frees is not sorted out yet: entries may be invalid meanwhile. */
  get reorganising(): boolean {
    return this.wentBack
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

  /** All that the chain has told so far, and all that was submitted so far, is digested. */
  async settled(): Promise<void> {
    await this.last
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

  private async take(tx: Transaction, options: AcceptOptions, wasConfirmed: boolean): Promise<Accepted> {
    const { chain } = this.deps
    const scripts = createScriptCheck(tx, this.deps)
    const petition: Petition = { tx, maxFeeRate: options.maxFeeRateSatPerKvb, wasConfirmed, scripts }
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { graph, policy, limits, poolFeeRate, steps } = this
      const outcome = await judge(petition, { chain, graph, policy, limits, poolFeeRate, coin: key => this.coin(key) })
      if (this.steps !== steps) continue
      if (outcome.reject) return outcome
      return this.add(this.describe(tx, outcome.value), options.testOnly ?? false)
    }
    return { reject: CHAIN_MOVES }
  }

  private describe(tx: Transaction, { coins, fee, vsize, weight, sigopCost }: Admitted): NewEntry {
    return {
      tx: detachTransaction(tx),
      fee,
      vsize,
      weight,
      sigopCost,
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
    this.expire()
    this.shrink()
    if (!this.has(entry.tx.txid)) return { reject: { rule: 'mempool full', cause: 'policy' } }
    this.emitter.emit('added', { entry })
    return { entry }
  }

  /** Evicts the packages that pay least until the rest fits. */
  private shrink(): void {
    while (this.graph.memory > this.limits.maxBytes) {
      const cheapest = cheapestEntry(this.graph.entries())
      if (!cheapest) return
      this.rollingFee.onEvicted(feeRateOf(cheapest.descendants.fees, cheapest.descendants.vsize))
      this.removeFamily(cheapest.tx.txid, 'sizelimit')
    }
  }

  /** Whether it was here. */
  private remove(txid: Txid, reason: RemovalReason): boolean {
    const entry = this.graph.remove(txid)
    if (!entry) return false
    if (reason !== 'block') this.counter++
    this.emitter.emit('removed', { entry, reason })
    return true
  }

  /** The transaction and all that spends from it. */
  private removeFamily(txid: Txid, reason: RemovalReason): void {
    for (const { tx } of this.graph.childrenFirst([txid])) this.remove(tx.txid, reason)
  }

  private onConnected(block: Block): void {
    this.steps++
    this.underway = true
    this.freed.onConnected(block)
    // While a chain is taken in nothing waits, and nothing need be looked for.
    for (const tx of this.graph.size > 0 ? block.transactions : []) {
      // Nobody else here spends what it spends.
      if (this.remove(tx.txid, 'block')) continue
      for (const { prevout } of tx.inputs) {
        const rival = this.graph.spender(outpointKey(prevout))
        if (rival !== undefined) this.removeFamily(rival, 'conflict')
      }
    }
    this.rollingFee.onBlock(nowSec(this.deps.clock))
  }

  private onDisconnected(block: Block): void {
    this.steps++
    this.underway = true
    this.wentBack = true
    this.freed.onDisconnected(block)
  }

  /** The coins are others: what is here may spend what is spent already. */
  private onJumped(): void {
    this.steps++
    this.underway = true
    this.wentBack = true
  }

  private onTip(): void {
    this.underway = false
    void this.inTurn(async () => {
      if (this.underway) return
      if (this.freed.size > 0) await this.takeFreed()
      if (this.wentBack) await this.dropWhatBroke()
      this.expire()
    }).catch(() => undefined)
  }

  /** Takes back what disconnected blocks had, parents first. What cannot be judged now waits for the next tip. */
  private async takeFreed(): Promise<void> {
    const { steps } = this
    const all = this.freed.take()
    // Of most of them the new blocks have spent the coins: they need not be judged one by one.
    const whole = await withTheirCoins(
      all,
      key => this.coin(key),
      this.deps.chain,
      () => this.steps === steps,
    )
    const rest = whole ?? all
    for (let tx = rest.shift(); tx; tx = rest.shift()) {
      const { reject } = await this.take(tx, {}, true)
      if (reject === CHAIN_MOVES) rest.unshift(tx)
      // Another reorganisation frees what these may spend from: in their order with it, then.
      if (reject === CHAIN_MOVES || this.underway || this.freed.size > 0) return this.freed.putBack(rest)
    }
  }

  /** After a reorganisation: what spends coins that are gone, immature again or locked again has to go. */
  private async dropWhatBroke(): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { steps } = this
      const broken = await findBroken([...this.graph.entries()], key => this.coin(key), this.deps.chain)
      if (this.steps !== steps) continue
      for (const { tx } of broken) this.removeFamily(tx.txid, 'reorg')
      this.dropWhatGrewTooLong()
      this.wentBack = false
      return
    }
  }

  /** Chains that were shorter while their first part was in a block. */
  private dropWhatGrewTooLong(): void {
    const { maxAncestors, maxAncestorSize } = this.limits
    const tooLong = [...this.graph.entries()].filter(
      ({ ancestors }) => ancestors.count > maxAncestors || ancestors.vsize > maxAncestorSize,
    )
    for (const { tx } of tooLong) this.removeFamily(tx.txid, 'sizelimit')
  }

  private expire(): void {
    const oldest = nowSec(this.deps.clock) - this.limits.maxAgeSec
    for (const { tx, timeSec } of this.graph.entries()) {
      // They stand in the order they came.
      if (timeSec >= oldest) return
      this.removeFamily(tx.txid, 'expiry')
    }
  }
}
