import { DecodeError, detachTransaction, type Transaction, type Txid, type Wtxid } from '@raistone/primitives'
import { Alarm, monotonicMs } from '../alarm.js'
import type { NetworkChain, NetworkMempool } from '../deps.js'
import type { GossipVerdict, TopicHandler } from '../host/host.js'
import { decodeMessage, encodeMessage } from '../messages/message.js'
import { batchFits, newsMessage } from '../messages/transactions.js'
import { fetchMempoolList, fetchTransactions } from '../requests/fetch.js'
import { misdeedOf, reasonOf } from '../requests/misdeed.js'
import { Tasks } from '../tasks.js'
import type { Wire } from '../wire.js'
import { Orphans } from './orphans.js'
import { FLUSH_MS, Outbox } from './outbox.js'
import { RecentSet } from './recent-set.js'
import { fateOf, judgeBatch, type TxFate } from './tx-verdict.js'

const REMEMBERED_TRANSACTIONS = 50_000
const MOST_ORPHANS = 100
const MOST_ORPHAN_BYTES = 100_000

interface TxRelayDeps {
  readonly chain: NetworkChain
  readonly mempool: NetworkMempool
  /** False for a node that wants blocks only. */
  readonly enabled: boolean
  readonly random: () => number
  /** Whether the peer keeps to its rate of messages. */
  readonly admits: (peer: string) => boolean
  readonly onTransactions: (peer: string) => void
}

/** Spreads transactions: judges batches that come, publishes what is new in our mempool, asks peers for theirs. */
export class TxRelay {
  private readonly outbox = new Outbox()
  private readonly orphans = new Orphans(MOST_ORPHANS, MOST_ORPHAN_BYTES)
  /** In the mempool now or lately: refused since, as a conflict or for its coins are spent, they are still no news. */
  private readonly seen = new RecentSet<Wtxid>(REMEMBERED_TRANSACTIONS)
  private readonly alarm = new Alarm(() => this.flush())
  private readonly tasks = new Tasks()
  private readonly unasked = new Set<string>()
  private offs: readonly (() => void)[] = []

  constructor(
    private readonly wire: Wire,
    private readonly deps: TxRelayDeps,
  ) {}

  /** The topic's handler. */
  topic(name: string): TopicHandler {
    return {
      topic: name,
      most: newsMessage.most,
      concurrency: 4,
      queue: 256,
      judge: (peer, data) => this.judge(peer, data),
    }
  }

  start(): void {
    if (!this.deps.enabled) return
    this.offs = [
      this.deps.mempool.events.on('added', ({ entry }) => this.onAdded(entry.tx)),
      this.deps.chain.events.on('tip', () => this.onTip()),
    ]
  }

  async stop(): Promise<void> {
    for (const off of this.offs) off()
    this.alarm.clear()
    await this.tasks.settled()
    this.alarm.clear()
  }

  /** A peer that relays transactions: its mempool is fetched once we are not syncing. */
  onPeer(peer: string): void {
    this.unasked.add(peer)
    this.askWaiting()
  }

  onPeerDown(peer: string): void {
    this.unasked.delete(peer)
  }

  private async judge(peer: string, data: Uint8Array): Promise<GossipVerdict> {
    if (!this.deps.enabled || this.deps.chain.initialDownload || !this.deps.admits(peer)) return 'ignore'
    let batch: readonly Transaction[]
    try {
      batch = decodeMessage(newsMessage, data).transactions
      if (!batchFits(batch)) throw new DecodeError('bad batch', 0)
    } catch (error) {
      this.wire.punish(peer, 'malformed', reasonOf(error))
      return 'reject'
    }
    this.deps.onTransactions(peer)
    const wtxids = batch.map(tx => tx.wtxid)
    this.outbox.begin(wtxids)
    let verdict: GossipVerdict = 'ignore'
    try {
      const fates: TxFate[] = []
      for (const tx of batch) fates.push(await this.accept(tx))
      verdict = judgeBatch(fates)
    } finally {
      if (this.outbox.end(wtxids, verdict === 'accept')) this.alarm.setOnce(monotonicMs() + FLUSH_MS)
    }
    if (verdict === 'reject') this.wire.punish(peer, 'bad-script', 'a script of its batch fails')
    return verdict
  }

  private async accept(tx: Transaction): Promise<TxFate> {
    const { mempool } = this.deps
    if (mempool.has(tx.txid)) return 'known'
    const wasHere = this.seen.has(tx.wtxid)
    const own = detachTransaction(tx)
    const result = await mempool.accept(own)
    const fate = fateOf(result.reject)
    if (wasHere && fate !== 'new') return 'known'
    if (fate === 'waiting') this.orphans.add(own)
    return fate
  }

  private onAdded(tx: Transaction): void {
    this.seen.add(tx.wtxid)
    if (this.outbox.add(tx)) this.alarm.setOnce(monotonicMs() + FLUSH_MS)
    this.adopt(tx.txid)
  }

  private adopt(parent: Txid): void {
    this.retry(this.orphans.takeChildren(parent))
  }

  /** A block may bring the parents that orphans wait for, and what was too early may now be in time. */
  private onTip(): void {
    if (this.deps.chain.initialDownload) return
    this.retry(this.orphans.takeAll())
    this.askWaiting()
  }

  private retry(held: readonly Transaction[]): void {
    if (held.length === 0) return
    this.background('orphans', async () => {
      for (const tx of held) await this.accept(tx)
    })
  }

  private flush(): void {
    for (const transactions of this.outbox.flush()) {
      const message = { salt: Math.floor(this.deps.random() * 2 ** 32), transactions }
      this.background('publish', () =>
        this.wire.host.publish(this.wire.protocols.txTopic, encodeMessage(newsMessage, message)),
      )
    }
  }

  private askWaiting(): void {
    if (!this.deps.enabled || this.deps.chain.initialDownload) return
    for (const peer of this.unasked) {
      this.unasked.delete(peer)
      this.background('mempool', () => this.fetchMempool(peer), peer)
    }
  }

  private async fetchMempool(peer: string): Promise<void> {
    const listed = await fetchMempoolList(this.wire, peer)
    const wanted = listed.filter(wtxid => !this.seen.has(wtxid) && !this.deps.mempool.byWtxid(wtxid))
    await fetchTransactions(this.wire, peer, wanted, async batch => {
      for (const tx of batch) {
        if (this.wire.stopped.aborted) return
        await this.accept(tx)
      }
    })
  }

  private background(what: string, work: () => Promise<void>, peer = ''): void {
    if (this.wire.stopped.aborted) return
    this.tasks.run(work, error => {
      const misdeed = peer === '' ? undefined : misdeedOf(error)
      if (misdeed) this.wire.punish(peer, misdeed, reasonOf(error))
      this.wire.log.debug('relay failed', { what, peer, reason: reasonOf(error) })
    })
  }
}
