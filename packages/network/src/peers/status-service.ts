import type { ChainParams } from '@raistone/consensus'
import { Alarm, monotonicMs } from '../alarm.js'
import type { NetworkChain } from '../deps.js'
import type { ProtocolHandler } from '../host/host.js'
import { STATUS_PROTOCOL } from '../messages/protocols.js'
import { type Status, serviceBits, statusMessage } from '../messages/status.js'
import { ask, receive, send } from '../requests/exchange.js'
import { misdeedOf, reasonOf } from '../requests/misdeed.js'
import { Tasks } from '../tasks.js'
import type { Wire } from '../wire.js'
import type { PeerTable } from './peer-table.js'

/** A new tip is told at most this often. */
const TELL_EVERY_MS = 1_000
/** The topic is faster and spares peers a question; the status catches what it missed. */
const TELL_AFTER_MS = 100

interface StatusDeps {
  readonly params: ChainParams
  readonly chain: NetworkChain
  readonly userAgent: string
  readonly relaysTransactions: boolean
  readonly peers: PeerTable
  /** A peer of our network told how far it is. */
  readonly onStatus: (peer: string, status: Status, isFirst: boolean) => void
  /** Milliseconds until this peer may tell again; undefined if it tells far too often. */
  readonly mayTell: (peer: string) => boolean
}

/** Tells peers who we are and how far, and hears the same of them. Nodes of two networks part here. */
export class StatusService {
  private readonly alarm = new Alarm(() => this.tellAll())
  private readonly tasks = new Tasks()
  /** Peers of other networks, until they connect again: one line each. */
  private readonly strangers = new Set<string>()
  private toldMs = Number.NEGATIVE_INFINITY
  private off: (() => void) | undefined

  constructor(
    private readonly wire: Wire,
    private readonly deps: StatusDeps,
  ) {}

  readonly handler: ProtocolHandler = {
    protocol: STATUS_PROTOCOL,
    maxInboundStreams: 4,
    serve: async stream => {
      if (!this.deps.mayTell(stream.peer)) throw new Error('too many requests')
      const theirs = await receive(stream, statusMessage)
      const isOurs = this.isOurNetwork(stream.peer, theirs)
      await send(stream, statusMessage, this.own())
      await stream.close()
      if (isOurs) this.hear(stream.peer, theirs)
      else this.wire.drop(stream.peer, 'other network')
    },
  }

  start(): void {
    this.off = this.deps.chain.events.on('tip', () =>
      this.alarm.setOnce(Math.max(this.toldMs + TELL_EVERY_MS, monotonicMs() + TELL_AFTER_MS)),
    )
  }

  async stop(): Promise<void> {
    this.off?.()
    this.alarm.clear()
    await this.tasks.settled()
  }

  /** Exchanges statuses with a peer. One that does not answer is let go. */
  private tell(peer: string): void {
    if (this.wire.stopped.aborted) return
    this.tasks.run(
      async () => {
        const theirs = await ask(this.wire.host, peer, STATUS_PROTOCOL, statusMessage, this.own(), statusMessage)
        if (this.isOurNetwork(peer, theirs)) this.hear(peer, theirs)
        else this.wire.drop(peer, 'other network')
      },
      error => {
        if (!this.deps.peers.get(peer)) return
        const misdeed = misdeedOf(error)
        if (misdeed) this.wire.punish(peer, misdeed, reasonOf(error))
        this.wire.log.debug('no status', { peer, reason: reasonOf(error) })
        this.wire.drop(peer, 'no status')
      },
    )
  }

  /** A new connection: whatever was known of the peer may have changed. */
  greet(peer: string): void {
    this.strangers.delete(peer)
    this.tell(peer)
  }

  private tellAll(): void {
    this.toldMs = monotonicMs()
    for (const { link } of this.deps.peers.ready()) this.tell(link.peer)
  }

  private own(): Status {
    const { params, chain, userAgent, relaysTransactions } = this.deps
    return {
      networkHash: params.networkHash,
      genesis: params.genesis.hash,
      height: chain.tip.height,
      tip: chain.tip.hash,
      work: chain.tip.chainWork,
      services:
        chain.prunedTo || chain.historyFrom !== undefined
          ? serviceBits.limited
          : serviceBits.full | serviceBits.limited,
      relaysTransactions,
      userAgent,
    }
  }

  /** Logs a stranger as soon as it is known for one: it may hang up first. */
  private isOurNetwork(peer: string, status: Status): boolean {
    const { params, peers } = this.deps
    if (status.networkHash === params.networkHash && status.genesis === params.genesis.hash) return true
    if (this.strangers.has(peer)) return false
    this.strangers.add(peer)
    const address = peers.get(peer)?.link.address ?? ''
    const [ours, theirs] = [params.networkHash, status.networkHash]
    this.wire.log.info('other network', { peer, address, ours, theirs, genesis: status.genesis })
    return false
  }

  private hear(peer: string, status: Status): void {
    const known = this.deps.peers.get(peer)
    if (!known) return
    const isFirst = known.status === undefined
    // two exchanges at once may end in the wrong order, and a chain only ever gains work
    if (known.status && status.work < known.status.work) return
    if (isFirst) known.startingHeight = status.height
    known.status = status
    this.deps.onStatus(peer, status, isFirst)
  }
}
