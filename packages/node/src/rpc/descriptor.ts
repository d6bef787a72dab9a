import { toHex } from '@raistone/primitives'
import { classifyScript } from '@raistone/script'

const inputCharset = '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ '
const checksumCharset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const positions = new Map([...inputCharset].map((character, i) => [character, i]))

/** BIP-0380's generator, each 40-bit word as its upper and lower 20 bits. */
const generator = [
  [0xf5dee, 0x51989],
  [0xa9fdc, 0xa3312],
  [0x1bab1, 0x0e32d],
  [0x3706b, 0x1677a],
  [0x644d6, 0x26ffd],
] as const

/** BIP-0380: eight characters that detect typing errors in a descriptor. */
export function descriptorChecksum(text: string): string {
  let high = 0
  let low = 1
  const feed = (value: number): void => {
    const top = high >> 15
    high = ((high & 0x7fff) << 5) | (low >> 15)
    low = ((low & 0x7fff) << 5) ^ value
    generator.forEach(([upper, lower], bit) => {
      if (((top >> bit) & 1) === 0) return
      high ^= upper
      low ^= lower
    })
  }
  let group = 0
  let count = 0
  for (const character of text) {
    const position = positions.get(character) ?? 0
    feed(position & 31)
    group = group * 3 + (position >> 5)
    if (++count % 3 === 0) {
      feed(group)
      group = 0
    }
  }
  if (count % 3 > 0) feed(group)
  for (let i = 0; i < 8; i++) feed(0)
  low ^= 1
  const symbol = (i: number): number => (i < 4 ? high >> (5 * (3 - i)) : low >> (5 * (7 - i))) & 31
  return Array.from({ length: 8 }, (_, i) => checksumCharset[symbol(i)]).join('')
}

/** Descriptors have no word for hybrid keys (06, 07). */
const isDescribable = (key: Uint8Array): boolean => (key[0] as number) < 6

/** The descriptor that says most about a script of which nothing but its bytes is known. */
function bareDescriptor(script: Uint8Array, address: string | undefined): string {
  const found = classifyScript(script)
  if (found.type === 'pubkey' && isDescribable(found.publicKey)) return `pk(${toHex(found.publicKey)})`
  if (found.type === 'multisig' && found.publicKeys.every(isDescribable))
    return `multi(${[found.required, ...found.publicKeys.map(toHex)].join(',')})`
  if (found.type === 'witness_v1_taproot') return `rawtr(${toHex(found.program)})`
  return address === undefined ? `raw(${toHex(script)})` : `addr(${address})`
}

/** The descriptor of an output's script, with its checksum, as Core infers it. */
export function inferDescriptor(script: Uint8Array, address: string | undefined): string {
  const text = bareDescriptor(script, address)
  return `${text}#${descriptorChecksum(text)}`
}
