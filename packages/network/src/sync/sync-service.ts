import type { BlockEntry, ChainParams, Clock } from '@raistone/consensus'
import { type BlockHash, DecodeError, hashHeader } from '@raistone/primitives'
import { Alarm, monotonicMs } from '../alarm.js'
import type { NetworkChain } from '../deps.js'
import type { Status } from '../messages/status.js'
import { RecentSet } from '../relay/recent-set.js'
import { fetchBlocks, fetchHeaders } from '../requests/fetch.js'
import { misdeedOf, reasonOf } from '../requests/misdeed.js'
import { Tasks } from '../tasks.js'
import type { Wire } from '../wire.js'
import { ByteBudget } from './byte-budget.js'
import type { SyncOutput } from './output.js'
import { Sync } from './sync.js'

/** Raw blocks handed to the chain and not yet judged. */
const MOST_BYTES_IN_FLIGHT = 32 << 20
const STALE_SPACINGS = 10
const REMEMBERED_BLOCKS = 10_000

interface SyncServiceDeps {
  readonly params: ChainParams
  readonly chain: NetworkChain
  readonly clock: Clock
  /** A block came from this peer. */
  readonly onBlock: (peer: string) => void
}

/** Does what the sync machine says, with the host and the chain. */
export class SyncService {
  private readonly sync: Sync
  private readonly alarm = new Alarm(() => this.act(this.sync.onWake(monotonicMs())))
  private readonly budget = new ByteBudget(MOST_BYTES_IN_FLIGHT)
  private readonly tasks = new Tasks()
  private readonly fetched = new RecentSet<BlockHash>(REMEMBERED_BLOCKS)
  private readonly offs: (() => void)[] = []

  constructor(
    private readonly wire: Wire,
    private readonly deps: SyncServiceDeps,
  ) {
    const { chain, params, clock } = deps
    const oldSec = STALE_SPACINGS * params.pow.spacingSec
    const isStale = (): boolean => clock.nowMs() / 1000 - chain.tip.header.time > oldSec
    this.sync = new Sync({ chain, minimumChainWork: params.minimumChainWork, isStale })
  }

  start(): void {
    const { events } = this.deps.chain
    const wake = (): void => this.alarm.setOnce(monotonicMs())
    this.offs.push(events.on('tip', wake), events.on('verified', wake))
  }

  async stop(): Promise<void> {
    for (const off of this.offs.splice(0)) off()
    this.alarm.clear()
    await this.tasks.settled()
    this.alarm.clear()
  }

  /** Whether the block came by sync: its news is not ours to spread. */
  hasFetched(hash: BlockHash): boolean {
    return this.fetched.has(hash)
  }

  onStatus(peer: string, { work, tip }: Status): void {
    this.act(this.sync.onStatus(peer, { work, tip }, monotonicMs()))
  }

  onPeerDown(peer: string): void {
    this.act(this.sync.onPeerDown(peer, monotonicMs()))
  }

  onUnknownParent(peer: string): void {
    this.act(this.sync.onUnknownParent(peer, monotonicMs()))
  }

  onRebuilding(hash: BlockHash): void {
    this.sync.onRebuilding(hash)
  }

  onBlockJudged(hash: BlockHash): void {
    this.act(this.sync.onBlockJudged(hash, monotonicMs()))
  }

  /** Heights asked of a peer and not yet come. */
  inFlight(peer: string): readonly number[] {
    return this.sync.inFlight(peer).flatMap(hash => this.deps.chain.entry(hash)?.height ?? [])
  }

  private act(outputs: readonly SyncOutput[]): void {
    if (this.wire.stopped.aborted) return
    for (const output of outputs) {
      if (output.do === 'wake') this.alarm.set(output.atMs)
      else if (output.do === 'askHeaders') this.run(output.peer, () => this.askHeaders(output.peer, output.locator))
      else if (output.do === 'askBlocks') this.run(output.peer, () => this.askBlocks(output.peer, output.hashes))
      else {
        this.wire.punish(output.peer, output.misdeed, output.why)
        this.wire.drop(output.peer, output.why)
      }
    }
  }

  private run(peer: string, work: () => Promise<void>): void {
    this.tasks.run(work, error => {
      const misdeed = misdeedOf(error)
      if (misdeed) this.wire.punish(peer, misdeed, reasonOf(error))
      this.wire.log.debug('request failed', { peer, reason: reasonOf(error) })
    })
  }

  private async askHeaders(peer: string, locator: readonly BlockHash[]): Promise<void> {
    const { chain } = this.deps
    try {
      const headers = await fetchHeaders(this.wire, peer, locator)
      const { accepted, reject } = chain.submitHeaders(headers)
      if (reject) this.wire.punish(peer, reject.cause, reject.rule)
      const end = headers[headers.length - 1]
      const last: BlockEntry | undefined = reject || !end ? undefined : chain.entry(hashHeader(end))
      this.wire.log.debug('headers', { peer, count: headers.length, accepted })
      this.act(this.sync.onHeaders(peer, { count: reject ? 0 : headers.length, last }, monotonicMs()))
    } catch (error) {
      this.act(this.sync.onHeadersFailed(peer, monotonicMs()))
      throw error
    }
  }

  private async askBlocks(peer: string, hashes: readonly BlockHash[]): Promise<void> {
    try {
      await fetchBlocks(this.wire, peer, hashes, {
        block: (hash, raw) => this.take(peer, hash, raw),
        missing: hash => this.act(this.sync.onBlockMissing(peer, hash, monotonicMs())),
      })
    } finally {
      this.act(this.sync.onBlocksEnded(peer, hashes, monotonicMs()))
    }
  }

  /** Hands a block to the chain without waiting for its verdict, unless too many wait for theirs already. */
  private async take(peer: string, hash: BlockHash, raw: Uint8Array): Promise<void> {
    if (!this.sync.isExpected(peer, hash, monotonicMs())) return
    this.deps.onBlock(peer)
    this.fetched.add(hash)
    this.budget.add(raw.length)
    this.run(peer, async () => {
      try {
        await this.submit(peer, hash, raw)
      } finally {
        this.budget.remove(raw.length)
        this.onBlockJudged(hash)
      }
    })
    await this.budget.room()
    this.act(this.sync.onReady(peer, monotonicMs()))
  }

  private async submit(peer: string, hash: BlockHash, raw: Uint8Array): Promise<void> {
    try {
      const result = await this.deps.chain.submitBlock(raw)
      if (!result.reject) return
      this.sync.onBlockRefused(peer, hash)
      this.wire.punish(peer, result.reject.cause, result.reject.rule)
    } catch (error) {
      this.sync.onBlockRefused(peer, hash)
      if (error instanceof DecodeError) this.wire.punish(peer, 'malformed', error.message)
      else this.wire.log.error('block not stored', { hash, reason: reasonOf(error) })
    }
  }
}
