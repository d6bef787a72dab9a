import { isDialable } from '../host/dialable.js'
import { toMultiaddr } from './address.js'

/** The multiaddr to dial for an address as an operator writes it; undefined for what cannot be dialled. */
export function dialableAddress(address: string, defaultPort: number): string | undefined {
  const multiaddr = toMultiaddr(address, defaultPort)
  return multiaddr !== undefined && isDialable(multiaddr) ? multiaddr : undefined
}

/** Whether an operator can mean a peer by this: `HOST`, `HOST:PORT` or a multiaddr over TCP. */
export const isPeerAddress = (address: string): boolean => dialableAddress(address, 1) !== undefined
