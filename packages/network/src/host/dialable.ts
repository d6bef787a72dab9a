import { multiaddr } from '#libp2p'

const tcpAddress = /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d+(\/p2p\/[1-9A-HJ-NP-Za-km-z]{46,64})?$/

/** Whether the text is a multiaddr of a kind the host can connect to, with or without a peer id. */
export function isDialable(address: string): boolean {
  try {
    return tcpAddress.test(multiaddr(address).toString())
  } catch {
    return false
  }
}
