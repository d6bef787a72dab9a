/** A stream of frames to or from one peer. Every wait has a deadline; a missed one rejects and aborts the stream. */
export interface FrameStream {
  readonly peer: string
  /** The next frame; undefined when the other side has closed its end. Longer than `most` aborts before buffering. */
  read(most: number, waitMs: number): Promise<Uint8Array | undefined>
  /** Resolves when the transport takes more: this is the back-pressure. */
  write(frame: Uint8Array, waitMs: number): Promise<void>
  /** Sends what is queued, then closes both ends. */
  close(): Promise<void>
  abort(why: string): void
}

/** A live connection's ends and age. */
export interface Link {
  readonly peer: string
  /** Remote multiaddr without the peer id. */
  readonly address: string
  readonly inbound: boolean
  readonly connectedAtMs: number
}

export interface Traffic {
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Milliseconds since 1970; 0 before the first. */
  readonly lastSendMs: number
  readonly lastReceiveMs: number
}

/** A dial that reached a node with this node's own key: itself, or a copy of its data directory. */
export class OwnIdentityError extends Error {
  override readonly name = 'OwnIdentityError'
}

export type GossipVerdict = 'accept' | 'ignore' | 'reject'

/** What happens on the wire; called synchronously, must not throw. */
export interface HostEvents {
  /** Whether to talk to this peer at all; asked once its identity is proved, for both directions. */
  admits(peer: string, address: string, inbound: boolean): boolean
  onLink(link: Link): void
  onLinkClosed(peer: string): void
  /** A peer's gossip stream failed: it will hear nothing more on this link, nor we of it. */
  onMute(peer: string): void
}

export interface TopicHandler {
  readonly topic: string
  /** Bytes of one message at most; longer ones are rejected unread. */
  readonly most: number
  /** Messages judged at once, and messages waiting at most; beyond that they are ignored. */
  readonly concurrency: number
  readonly queue: number
  judge(peer: string, data: Uint8Array): Promise<GossipVerdict>
}

export interface ProtocolHandler {
  readonly protocol: string
  /** Streams one peer may have open at once; more are reset. */
  readonly maxInboundStreams: number
  serve(stream: FrameStream): Promise<void>
}

/** The only door to the network; made by `createHost`, or by a test in memory. Peers are peer ids as text. */
export interface Host {
  readonly peerId: string
  start(): Promise<void>
  stop(): Promise<void>
  multiaddrs(): readonly string[]
  /** Connects to a multiaddr, with or without a peer id; resolves to the id of who is there. */
  dial(address: string, waitMs: number): Promise<string>
  open(peer: string, protocol: string, waitMs: number): Promise<FrameStream>
  hangUp(peer: string): Promise<void>
  /** Round trip in milliseconds. */
  ping(peer: string, waitMs: number): Promise<number>
  /** Resolves when the peer is known to listen to the topic, or after the wait. */
  subscribed(peer: string, topic: string, waitMs: number): Promise<void>
  publish(topic: string, data: Uint8Array): Promise<void>
  /** Closed, it takes no connections and makes none, those under way included; links stay. Policy is asked for each. */
  setOpen(open: boolean): void
  links(): readonly Link[]
  traffic(peer: string): Traffic
  totals(): { readonly received: number; readonly sent: number }
  /** Addresses a peer says it listens on. */
  listening(peer: string): Promise<readonly string[]>
}
