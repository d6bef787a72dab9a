import { Alarm, monotonicMs } from './alarm.js'
import type { AddedNode, NetworkDeps, NetworkOptions, PeerInfo, Totals } from './deps.js'
import type { Host, HostEvents, Link } from './host/host.js'
import { peerIdOfKey } from './host/identity.js'
import { createHost } from './host/libp2p-host.js'
import { networkProtocols } from './messages/protocols.js'
import type { Status } from './messages/status.js'
import { hostOf } from './peers/address.js'
import { Connections } from './peers/connections.js'
import { Discipline } from './peers/discipline.js'
import { PeerTable } from './peers/peer-table.js'
import { StatusService } from './peers/status-service.js'
import { BlockRelay } from './relay/block-relay.js'
import { TxRelay } from './relay/tx-relay.js'
import { requestHandlers } from './requests/serve.js'
import { SyncService } from './sync/sync-service.js'
import type { Wire } from './wire.js'

const DEFAULT_MAX_INBOUND = 114
const PING_EVERY_MS = 60_000
const PING_WAIT_MS = 20_000
/** A node that relays transactions subscribes as soon as it is connected. */
const SUBSCRIBE_WAIT_MS = 3_000

/** The node's place among its peers: it keeps connections, follows the best chain they have, and spreads news. */
export class Network {
  readonly name = 'network'
  readonly peerId: string
  private readonly stopping = new AbortController()
  private readonly table: PeerTable
  private readonly discipline: Discipline
  private readonly connections: Connections
  private readonly status: StatusService
  private readonly sync: SyncService
  private readonly blocks: BlockRelay
  private readonly transactions: TxRelay
  private readonly pings = new Alarm(() => this.pingAll())
  private readonly wire: Wire
  private host: Host | undefined
  private isActive = true

  constructor(
    private readonly deps: NetworkDeps,
    private readonly options: NetworkOptions,
  ) {
    const { params, chain, mempool, clock, random } = deps
    const relaysTransactions = options.relayTransactions ?? true
    this.peerId = peerIdOfKey(deps.privateKey)
    this.wire = this.createWire()
    this.discipline = new Discipline(deps.log, {
      isNamed: peer => this.connections.isNamed(peer),
      addressOf: peer => this.table.get(peer)?.link.address,
      drop: (peer, why) => this.drop(peer, why),
    })
    this.connections = new Connections(this.wire, params.ports.p2p, random)
    this.table = new PeerTable({
      chain,
      inFlight: peer => this.sync.inFlight(peer),
      score: peer => this.discipline.score(peer),
      isNamed: peer => this.connections.isNamed(peer),
    })
    this.sync = new SyncService(this.wire, { params, chain, clock, onBlock: peer => this.touch(peer, 'lastBlockMs') })
    this.blocks = new BlockRelay(this.wire, {
      chain,
      mempool,
      sync: this.sync,
      random,
      admits: peer => this.discipline.admits(peer, 'block', { burst: 500, perSec: 20 }),
      onBlock: peer => this.touch(peer, 'lastBlockMs'),
    })
    this.transactions = new TxRelay(this.wire, {
      chain,
      mempool,
      enabled: relaysTransactions,
      random,
      admits: peer => this.discipline.admits(peer, 'tx', { burst: 500, perSec: 50 }),
      onTransactions: peer => this.touch(peer, 'lastTransactionMs'),
    })
    this.status = new StatusService(this.wire, {
      params,
      chain,
      userAgent: options.userAgent,
      relaysTransactions,
      peers: this.table,
      mayTell: peer => this.discipline.admits(peer, 'status', { burst: 20, perSec: 5 }),
      onStatus: (peer, status, isFirst) => this.onStatus(peer, status, isFirst),
    })
  }

  /** Listens, then dials. Rejects if an address cannot be listened on, or with an AddNodeError if one is none. */
  async start(): Promise<void> {
    const { deps, options, wire } = this
    const named = new Set([...options.connect, ...options.addnode])
    for (const address of named) this.connections.check(address)
    const { blockTopic, txTopic } = wire.protocols
    this.host = await createHost({
      privateKey: deps.privateKey,
      listen: options.listen,
      userAgent: options.userAgent,
      protocols: [this.status.handler, ...requestHandlers(wire.protocols, this.serveDeps())],
      topics: [this.blocks.topic(blockTopic), this.transactions.topic(txTopic)],
      events: this.hostEvents(),
    })
    try {
      await this.host.start()
    } catch (error) {
      await this.stop()
      throw error
    }
    for (const service of [this.status, this.sync, this.blocks, this.transactions]) service.start()
    for (const address of this.multiaddrs()) deps.log.info('listening', { address })
    for (const address of named) this.connections.add(address)
    this.pings.set(monotonicMs() + PING_EVERY_MS)
  }

  /** Ends every connection; resolves when nothing is left open. */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return
    this.stopping.abort()
    this.pings.clear()
    this.host?.setOpen(false)
    await Promise.all((this.host?.links() ?? []).map(link => this.host?.hangUp(link.peer)))
    for (const service of [this.connections, this.status, this.sync, this.blocks, this.transactions])
      await service.stop()
    await this.host?.stop()
  }

  multiaddrs(): readonly string[] {
    return this.host?.multiaddrs() ?? []
  }

  /** Peers of our network, in the order they came. */
  peers(): readonly PeerInfo[] {
    const { host } = this
    return host ? this.table.ready().map(peer => this.table.info(peer, host)) : []
  }

  /** As Core's `addnode`: `add` keeps a connection, `onetry` dials once. Rejects with an AddNodeError. */
  async addNode(address: string, command: 'add' | 'remove' | 'onetry'): Promise<void> {
    if (command === 'add') this.connections.add(address)
    else if (command === 'remove') this.connections.remove(address)
    else await this.connections.once(address)
  }

  /** Ends the connection with a peer given by number, peer id or address; false if there is none. */
  async disconnect(idOrAddress: number | string): Promise<boolean> {
    const peer = this.table.find(idOrAddress)
    if (!peer) return false
    await this.wire.host.hangUp(peer.link.peer)
    return true
  }

  get active(): boolean {
    return this.isActive
  }

  /** False ends all connections and takes none; true dials at once whoever was there before. */
  async setActive(active: boolean): Promise<void> {
    if (active === this.isActive || !this.host) return
    this.isActive = active
    this.host.setOpen(active)
    if (active) return this.connections.resume()
    const links = this.host.links()
    await this.connections.suspend(links)
    await Promise.all(links.map(link => this.host?.hangUp(link.peer)))
  }

  /** Bytes on the wire since the start. */
  totals(): Totals {
    return this.host?.totals() ?? { received: 0, sent: 0 }
  }

  /** What the operator named, as it was written. */
  addedNodes(): readonly AddedNode[] {
    return this.connections.added().map(({ address, peer }) => {
      const info = this.peers().find(each => each.peerId === peer)
      return { address, connected: info !== undefined, inbound: info?.inbound ?? false, peer: info }
    })
  }

  private createWire(): Wire {
    const network = this
    return {
      get host(): Host {
        if (!network.host) throw new Error('network is not started')
        return network.host
      },
      protocols: networkProtocols(this.deps.params.networkId),
      log: this.deps.log,
      stopped: this.stopping.signal,
      punish: (peer, misdeed, why) => this.discipline.punish(peer, misdeed, why),
      drop: (peer, why) => this.drop(peer, why),
    }
  }

  private serveDeps() {
    const { discipline, blocks, deps, stopping, wire } = this
    return {
      chain: deps.chain,
      mempool: deps.mempool,
      stopped: stopping.signal,
      blockTransactions: blocks.blockTransactions.bind(blocks),
      subscribed: (peer: string) => wire.host.subscribed(peer, wire.protocols.txTopic, SUBSCRIBE_WAIT_MS),
      wait: discipline.wait.bind(discipline),
    }
  }

  private hostEvents(): HostEvents {
    return {
      admits: (peer, address, inbound) => {
        if (this.discipline.isBanned(peer, hostOf(address))) return false
        return !inbound || this.connections.isNamed(peer) || this.table.inbound < this.maxInbound
      },
      onLink: link => this.onLink(link),
      onLinkClosed: peer => this.onLinkClosed(peer),
      onMute: peer => this.drop(peer, 'gossip stream failed'),
    }
  }

  private get maxInbound(): number {
    return this.options.maxInbound ?? DEFAULT_MAX_INBOUND
  }

  private onLink(link: Link): void {
    this.table.add(link)
    this.status.greet(link.peer)
  }

  private onLinkClosed(peer: string): void {
    const known = this.table.remove(peer)
    this.sync.onPeerDown(peer)
    this.transactions.onPeerDown(peer)
    this.discipline.forgetRates(peer)
    this.connections.onDisconnected(peer)
    if (known?.status) this.deps.log.info('peer disconnected', { peer, address: known.link.address })
  }

  private onStatus(peer: string, status: Status, isFirst: boolean): void {
    this.sync.onStatus(peer, status)
    if (!isFirst) return
    this.connections.onUseful(peer)
    const { address = '', inbound = false } = this.table.get(peer)?.link ?? {}
    this.deps.log.info('peer connected', { peer, address, inbound, height: status.height })
    this.deps.log.debug('peer agent', { peer, userAgent: status.userAgent })
    if (status.relaysTransactions) this.transactions.onPeer(peer)
    this.ping(peer)
  }

  private touch(peer: string, field: 'lastBlockMs' | 'lastTransactionMs'): void {
    const known = this.table.get(peer)
    if (known) known[field] = Date.now()
  }

  private drop(peer: string, why: string): void {
    this.deps.log.debug('dropping peer', { peer, why })
    this.host?.hangUp(peer).catch(() => {})
  }

  private pingAll(): void {
    for (const { link } of this.table.ready()) this.ping(link.peer)
    this.pings.set(monotonicMs() + PING_EVERY_MS)
  }

  /** A peer that does not answer is gone, whatever its socket says. */
  private ping(peer: string): void {
    this.wire.host.ping(peer, PING_WAIT_MS).then(
      roundTripMs => {
        const known = this.table.get(peer)
        if (!known) return
        known.pingMs = roundTripMs
        known.minPingMs = Math.min(known.minPingMs ?? roundTripMs, roundTripMs)
      },
      () => this.drop(peer, 'no answer to ping'),
    )
  }
}
