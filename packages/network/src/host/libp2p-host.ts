import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify } from '@libp2p/identify'
import type { Connection, ConnectionGater, Libp2p, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import { createLibp2p, gossipsub, identify, multiaddr, noise, ping, privateKeyFromProtobuf, tcp, yamux } from '#libp2p'
import { BoundedQueue } from './bounded-queue.js'
import { LibpFrameStream } from './frames.js'
import { gossipOptions } from './gossip-options.js'
import {
  type FrameStream,
  type Host,
  type HostEvents,
  type Link,
  OwnIdentityError,
  type ProtocolHandler,
  type TopicHandler,
  type Traffic,
} from './host.js'
import { clearTimers, onStreamFailure, sendsTo } from './libp2p-inside.js'
import { plain } from './plain.js'
import { TrafficCounter } from './traffic.js'

export interface HostOptions {
  readonly privateKey: Uint8Array
  readonly listen: readonly string[]
  readonly protocols: readonly ProtocolHandler[]
  readonly topics: readonly TopicHandler[]
  readonly events: HostEvents
  readonly userAgent: string
}

type Services = { identify: Identify; ping: Ping; gossip: GossipSub }
type Node = Libp2p<Services>

/** libp2p's read buffer holds 4 MiB and aborts beyond; a window of 1 MiB never fills it while we pause. */
const STREAM_WINDOW = 1 << 20
const MOST_CONNECTIONS = 300
/** Nodes of one machine or behind one router share an address. */
const INBOUND_PER_SECOND_AND_ADDRESS = 50
const SUBSCRIPTION_POLL_MS = 20
const HANG_UP_WAIT_MS = 2_000

/** The remote address as dialled or seen, without the peer id. */
const bareAddress = (address: string): string => address.replace(/\/p2p\/[^/]+$/, '')

class LibpHost implements Host {
  private isOpen = true
  /** Ends the dials under way. */
  private dialling = new AbortController()
  private readonly byPeer = new Map<string, Link>()
  private readonly counter = new TrafficCounter()
  private node: Node | undefined

  constructor(private readonly options: HostOptions) {}

  get peerId(): string {
    return this.running.peerId.toString()
  }

  /** Asked by libp2p before and after it knows who is there. */
  readonly gater: ConnectionGater = {
    denyDialMultiaddr: () => false,
    denyInboundConnection: () => !this.isOpen,
    denyInboundEncryptedConnection: (peer, connection) => !this.admits(peer, connection, true),
    denyOutboundEncryptedConnection: (peer, connection) => !this.admits(peer, connection, false),
    denyInboundUpgradedConnection: (peer, connection) => this.watch(peer, connection),
    denyOutboundUpgradedConnection: (peer, connection) => this.watch(peer, connection),
  }

  attach(node: Node): void {
    this.node = node
    node.addEventListener('connection:open', event => this.opened(event.detail))
    node.addEventListener('connection:close', event => this.closed(event.detail))
  }

  async start(): Promise<void> {
    const { node, options } = this
    if (!node) return
    for (const { protocol, maxInboundStreams, serve } of options.protocols) {
      await node.handle(
        protocol,
        (stream, connection) => {
          const frames = this.frames(stream, connection.remotePeer.toString())
          serve(frames).then(
            () => frames.close(),
            error => frames.abort(error instanceof Error ? error.message : 'failed'),
          )
        },
        { maxInboundStreams, maxOutboundStreams: 64 },
      )
    }
    const { gossip } = node.services
    onStreamFailure(gossip, peer => options.events.onMute(peer))
    for (const topic of options.topics) {
      const queue = new BoundedQueue(topic.concurrency, topic.queue)
      gossip.topicValidators.set(topic.topic, async (peer, { data }) => {
        if (data.length > topic.most) return 'reject' as never
        return (await queue.run(() => topic.judge(peer.toString(), plain(data)))) as never
      })
    }
    await node.start()
    for (const topic of options.topics) gossip.subscribe(topic.topic)
  }

  async stop(): Promise<void> {
    this.setOpen(false)
    if (this.node) clearTimers(this.node)
    await this.node?.stop()
  }

  multiaddrs(): readonly string[] {
    return (this.node?.getMultiaddrs() ?? []).map(String)
  }

  async dial(address: string, waitMs: number): Promise<string> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(waitMs), this.dialling.signal])
      const connection = await this.running.dial(multiaddr(address), { signal })
      return connection.remotePeer.toString()
    } catch (error) {
      if (isSelfDial(error)) throw new OwnIdentityError(`the peer at ${address} has this node's own identity`)
      throw error
    }
  }

  async open(peer: string, protocol: string, waitMs: number): Promise<FrameStream> {
    const connection = this.connections(peer).find(each => each.status === 'open')
    if (!connection) throw new Error('not connected')
    const stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(waitMs) })
    return this.frames(stream, peer)
  }

  async hangUp(peer: string): Promise<void> {
    const closing = this.connections(peer).map(async connection => {
      try {
        await connection.close({ signal: AbortSignal.timeout(HANG_UP_WAIT_MS) })
      } catch {
        connection.abort(new Error('close took too long'))
      }
    })
    await Promise.all(closing)
  }

  async ping(peer: string, waitMs: number): Promise<number> {
    const connection = this.connections(peer)[0]
    if (!connection) throw new Error('not connected')
    return await this.running.services.ping.ping(connection.remotePeer, { signal: AbortSignal.timeout(waitMs) })
  }

  async subscribed(peer: string, topic: string, waitMs: number): Promise<void> {
    const { gossip } = this.running.services
    const deadline = performance.now() + waitMs
    const isReached = (): boolean =>
      sendsTo(gossip, peer) && gossip.getSubscribers(topic).some(each => each.toString() === peer)
    while (!isReached() && performance.now() < deadline && this.isOpen) {
      await new Promise(resolve => setTimeout(resolve, SUBSCRIPTION_POLL_MS))
    }
  }

  async publish(topic: string, data: Uint8Array): Promise<void> {
    await this.running.services.gossip.publish(topic, data)
  }

  setOpen(open: boolean): void {
    this.isOpen = open
    if (!open) this.dialling.abort()
    else if (this.dialling.signal.aborted) this.dialling = new AbortController()
  }

  links(): readonly Link[] {
    return [...this.byPeer.values()]
  }

  traffic(peer: string): Traffic {
    return this.counter.of(peer)
  }

  totals() {
    return { received: this.counter.received, sent: this.counter.sent }
  }

  async listening(peer: string): Promise<readonly string[]> {
    const known = this.connections(peer)[0]
    if (!known) return []
    const record = await this.running.peerStore.get(known.remotePeer)
    return record.addresses.map(({ multiaddr: address }) => bareAddress(address.toString()))
  }

  private get running(): Node {
    if (!this.node) throw new Error('host is not running')
    return this.node
  }

  private connections(peer: string): readonly Connection[] {
    return (this.node?.getConnections() ?? []).filter(each => each.remotePeer.toString() === peer)
  }

  private frames(stream: Parameters<Parameters<Node['handle']>[1]>[0], peer: string): FrameStream {
    return new LibpFrameStream(stream, peer)
  }

  private admits(peer: PeerId, connection: MultiaddrConnection, inbound: boolean): boolean {
    if (!this.isOpen) return false
    return this.options.events.admits(peer.toString(), bareAddress(connection.remoteAddr.toString()), inbound)
  }

  /** Counts the raw connection's bytes: libp2p has no other hook that knows both peer and socket. */
  private watch(peer: PeerId, connection: MultiaddrConnection): boolean {
    const id = peer.toString()
    connection.addEventListener('message', event => this.counter.add(id, 0, event.data.byteLength))
    connection.addEventListener('close', () => this.byPeer.has(id) || this.counter.forget(id))
    const send = connection.send.bind(connection)
    connection.send = data => {
      this.counter.add(id, data.byteLength, 0)
      return send(data)
    }
    return !this.isOpen
  }

  private opened(connection: Connection): void {
    const peer = connection.remotePeer.toString()
    if (this.byPeer.has(peer)) return
    const link: Link = {
      peer,
      address: bareAddress(connection.remoteAddr.toString()),
      inbound: connection.direction === 'inbound',
      connectedAtMs: connection.timeline.open,
    }
    this.byPeer.set(peer, link)
    this.options.events.onLink(link)
  }

  private closed(connection: Connection): void {
    const peer = connection.remotePeer.toString()
    if (this.connections(peer).some(each => each.id !== connection.id && each.status === 'open')) return
    if (!this.byPeer.delete(peer)) return
    this.counter.forget(peer)
    this.options.events.onLinkClosed(peer)
  }
}

const isSelfDial = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.some(isSelfDial)
    : error instanceof Error && /dial self/i.test(error.message)

/** A libp2p node over TCP, noise and yamux with gossipsub; it does nothing until it is started. */
export async function createHost(options: HostOptions): Promise<Host> {
  const privateKey = privateKeyFromProtobuf(options.privateKey)
  const host = new LibpHost(options)
  const node = await createLibp2p<Services>({
    start: false,
    privateKey,
    addresses: { listen: [...options.listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW } })],
    connectionGater: host.gater,
    connectionManager: {
      maxConnections: MOST_CONNECTIONS,
      inboundConnectionThreshold: INBOUND_PER_SECOND_AND_ADDRESS,
      reconnectRetries: 0,
    },
    connectionMonitor: { enabled: false },
    nodeInfo: { userAgent: options.userAgent },
    services: {
      identify: identify({ protocolPrefix: 'raistone' }),
      ping: ping({ protocolPrefix: 'raistone' }),
      gossip: gossipsub(gossipOptions(options.topics)) as never,
    },
  })
  host.attach(node)
  return host
}
