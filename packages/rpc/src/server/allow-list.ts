import { BlockList, isIP } from 'node:net'

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** Bits of a netmask such as 255.255.255.0; undefined if it is none. */
function maskBits(mask: string): number | undefined {
  const bits = mask
    .split('.')
    .map(part => Number(part).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined
}

/**
 * Who may ask at all, by IP: this machine and the `IP`, `IP/BITS` or `IP/NETMASK` given (Core's `-rpcallowip`).
 * Throws an Error that names an entry that is none of these.
 */
export function createAllowList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of [...LOOPBACK, ...entries]) {
    const [ip = '', suffix, ...more] = entry.split('/')
    const family = isIP(ip)
    const widest = family === 4 ? 32 : 128
    const bits = suffix === undefined ? widest : isIP(suffix) === 4 ? maskBits(suffix) : Number(suffix || Number.NaN)
    if (family === 0 || more.length > 0 || bits === undefined || !Number.isInteger(bits) || bits < 0 || bits > widest) {
      throw new Error(`rpcallowip ${entry}: not an IP, IP/BITS or IP/NETMASK`)
    }
    list.addSubnet(ip, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return address => {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
    const ip = mapped ?? address
    return isIP(ip) > 0 && list.check(ip, isIP(ip) === 4 ? 'ipv4' : 'ipv6')
  }
}
