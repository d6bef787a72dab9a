import type { Traffic } from './host.js'

interface Count {
  bytesSent: number
  bytesReceived: number
  lastSendMs: number
  lastReceiveMs: number
}

const none: Traffic = { bytesSent: 0, bytesReceived: 0, lastSendMs: 0, lastReceiveMs: 0 }

/** Bytes that crossed the wire, in all and by peer while it is connected. */
export class TrafficCounter {
  private readonly peers = new Map<string, Count>()
  sent = 0
  received = 0

  add(peer: string, sent: number, received: number): void {
    this.sent += sent
    this.received += received
    const count = this.peers.get(peer) ?? { ...none }
    this.peers.set(peer, count)
    count.bytesSent += sent
    count.bytesReceived += received
    if (sent > 0) count.lastSendMs = Date.now()
    if (received > 0) count.lastReceiveMs = Date.now()
  }

  of(peer: string): Traffic {
    return this.peers.get(peer) ?? none
  }

  forget(peer: string): void {
    this.peers.delete(peer)
  }
}
