/** What libp2p does not offer and we need: each with its reason, all of it here. */

interface GossipInside {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly status: { readonly heartbeatTimeout?: ReturnType<typeof setTimeout> }
  handlePeerReadStreamError(error: unknown, peer: { toString(): string }): void
}

interface NodeInside {
  readonly components?: { readonly addressManager?: { _updatePeerStoreAddresses?: Debounced } }
}

type Debounced = (() => void) & { stop?: () => void }

/** gossipsub sends nothing to a subscriber before its own stream to it is open, and has no event for that. */
export const sendsTo = (gossip: unknown, peer: string): boolean => (gossip as GossipInside).streamsOutbound.has(peer)

/**
 * Two timers outlive `stop` by a second and keep the process alive: gossipsub forgets its heartbeat's, and closing a
 * listener makes the address manager plan an update. Called before `stop`.
 */
export function clearTimers(node: { readonly services: { readonly gossip: unknown } }): void {
  clearTimeout((node.services.gossip as GossipInside).status.heartbeatTimeout)
  const addresses = (node as NodeInside).components?.addressManager
  if (!addresses?._updatePeerStoreAddresses) return
  addresses._updatePeerStoreAddresses.stop?.()
  addresses._updatePeerStoreAddresses = () => {}
}

/**
 * gossipsub gives up a peer whose stream failed, opens no other and tells nobody, while the connection stays. The
 * other side, whose outbound stream that was, does not even notice.
 */
export function onStreamFailure(gossip: unknown, failed: (peer: string) => void): void {
  const inside = gossip as GossipInside
  const handle = inside.handlePeerReadStreamError.bind(inside)
  inside.handlePeerReadStreamError = (error, peer) => {
    handle(error, peer)
    failed(peer.toString())
  }
}
