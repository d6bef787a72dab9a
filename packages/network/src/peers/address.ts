/** `HOST:PORT` of a multiaddr as Core prints addresses: `1.2.3.4:8333`, `[::1]:8333`, `host:8333`. */
export function hostPort(multiaddr: string): string {
  const found = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)/.exec(multiaddr)
  if (!found) return multiaddr
  return found[1] === 'ip6' ? `[${found[2]}]:${found[3]}` : `${found[2]}:${found[3]}`
}

/** The address part of a multiaddr: an IP or a host name; undefined for other kinds. */
export const hostOf = (multiaddr: string): string | undefined =>
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)/.exec(multiaddr)?.[1]

/** The peer id at the end of a multiaddr, if it has one. */
export const peerIdOf = (multiaddr: string): string | undefined => /\/p2p\/([^/]+)$/.exec(multiaddr)?.[1]

const isIp4 = (host: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(host) && host.split('.').every(part => Number(part) <= 255)

const isHostName = (host: string): boolean =>
  host.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i.test(host)

const portOf = (text: string | undefined, fallback: number): number | undefined => {
  if (text === undefined) return fallback
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65535 ? port : undefined
}

/**
 * What to dial for an address as an operator writes it: `HOST`, `HOST:PORT`, `IP:PORT`, `[IPv6]:PORT`, or a
 * multiaddr with or without `/p2p/ID`. Undefined when it is none of these.
 */
export function toMultiaddr(address: string, defaultPort: number): string | undefined {
  const text = address.trim()
  if (text.startsWith('/')) return text
  const v6 = /^(?:\[([0-9a-f:.]+)\](?::(\d+))?|([0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*))$/i.exec(text)
  const [, host, portText] = v6 ? [undefined, v6[1] ?? v6[3], v6[2]] : (/^([^:]+)(?::(.*))?$/.exec(text) ?? [])
  const port = portOf(portText, defaultPort)
  if (host === undefined || port === undefined) return undefined
  if (v6) return `/ip6/${host}/tcp/${port}`
  if (isIp4(host)) return `/ip4/${host}/tcp/${port}`
  // a name of digits and dots only is a mistyped IP address
  return isHostName(host) && !/^[\d.]+$/.test(host) ? `/dns/${host}/tcp/${port}` : undefined
}
