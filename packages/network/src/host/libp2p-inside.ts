/** What libp2p does not offer and we need: each with its reason, all of it here. */

interface GossipInside {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly status: { readonly heartbeatTimeout?: ReturnType<typeof setTimeout> }
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
