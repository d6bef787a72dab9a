import type { NetworkChain, PeerInfo } from '../deps.js'
import type { Host, Link } from '../host/host.js'
import type { Status } from '../messages/status.js'
import { hostPort } from './address.js'

/** A connected peer. */
export interface Peer {
  /** Counts up from 0 in the order peers came. */
  readonly id: number
  readonly link: Link
  /** Its latest status; undefined before the first. */
  status: Status | undefined
  startingHeight: number
  lastBlockMs: number
  lastTransactionMs: number
  pingMs: number | undefined
  minPingMs: number | undefined
}

interface TableDeps {
  readonly chain: NetworkChain
  readonly inFlight: (peer: string) => readonly number[]
  readonly score: (peer: string) => number
  readonly isNamed: (peer: string) => boolean
}

/** Everybody connected, by peer id. */
export class PeerTable {
  private readonly peers = new Map<string, Peer>()
  private nextId = 0

  constructor(private readonly deps: TableDeps) {}

  add(link: Link): Peer {
    const peer: Peer = {
      id: this.nextId++,
      link,
      status: undefined,
      startingHeight: -1,
      lastBlockMs: 0,
      lastTransactionMs: 0,
      pingMs: undefined,
      minPingMs: undefined,
    }
    this.peers.set(link.peer, peer)
    return peer
  }

  remove(peer: string): Peer | undefined {
    const found = this.peers.get(peer)
    this.peers.delete(peer)
    return found
  }

  get(peer: string): Peer | undefined {
    return this.peers.get(peer)
  }

  /** Peers that have shown their status: those of our network. */
  ready(): readonly Peer[] {
    return [...this.peers.values()].filter(peer => peer.status !== undefined)
  }

  get inbound(): number {
    let count = 0
    for (const { link } of this.peers.values()) if (link.inbound) count++
    return count
  }

  /** By number, peer id, multiaddr or `HOST:PORT`. */
  find(idOrAddress: number | string): Peer | undefined {
    return [...this.peers.values()].find(({ id, link }) =>
      [id, link.peer, link.address, `${link.address}/p2p/${link.peer}`, hostPort(link.address)].includes(idOrAddress),
    )
  }

  info(peer: Peer, host: Host): PeerInfo {
    const { link, status } = peer
    const { chain, inFlight, score, isNamed } = this.deps
    const tip = status && chain.entry(status.tip)
    return {
      id: peer.id,
      peerId: link.peer,
      address: link.address,
      hostPort: hostPort(link.address),
      inbound: link.inbound,
      named: isNamed(link.peer),
      connectedAtMs: link.connectedAtMs,
      ...host.traffic(link.peer),
      lastBlockMs: peer.lastBlockMs,
      lastTransactionMs: peer.lastTransactionMs,
      pingMs: peer.pingMs,
      minPingMs: peer.minPingMs,
      userAgent: status?.userAgent ?? '',
      services: Number(status?.services ?? 0n),
      startingHeight: peer.startingHeight,
      height: status?.height ?? -1,
      tip: status?.tip ?? chain.tip.hash,
      syncedHeaders: tip?.height ?? -1,
      syncedBlocks: tip?.data && chain.isActive(tip) ? tip.height : -1,
      inFlight: inFlight(link.peer),
      score: score(link.peer),
    }
  }
}
