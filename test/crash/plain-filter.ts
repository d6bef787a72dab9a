import { createHash } from 'node:crypto'

// BIP-0157 and BIP-0158 once more, as plainly as they can be said: what the index must agree with.

const MASK = (1n << 64n) - 1n
const M = 784931n
const P = 19

const rotate = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & MASK

function round([a, b, c, d]: readonly bigint[]): bigint[] {
  let [v0, v1, v2, v3] = [a, b, c, d] as [bigint, bigint, bigint, bigint]
  v0 = (v0 + v1) & MASK
  v2 = (v2 + v3) & MASK
  v1 = rotate(v1, 13n) ^ v0
  v3 = rotate(v3, 16n) ^ v2
  v0 = rotate(v0, 32n)
  v2 = (v2 + v1) & MASK
  v0 = (v0 + v3) & MASK
  v1 = rotate(v1, 17n) ^ v2
  v3 = rotate(v3, 21n) ^ v0
  return [v0, v1, rotate(v2, 32n), v3]
}

function sipHash(key: Buffer, message: Buffer): bigint {
  const [k0, k1] = [key.readBigUInt64LE(0), key.readBigUInt64LE(8)]
  let v = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ] as bigint[]
  const padded = Buffer.alloc(Math.floor(message.length / 8) * 8 + 8)
  message.copy(padded)
  padded[padded.length - 1] = message.length
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at)
    v[3] = (v[3] as bigint) ^ word
    v = round(round(v))
    v[0] = (v[0] as bigint) ^ word
  }
  v[2] = (v[2] as bigint) ^ 0xffn
  v = round(round(round(round(v))))
  return v.reduce((all, word) => all ^ word)
}

function compactSize(n: number): Buffer {
  if (n < 0xfd) return Buffer.of(n)
  return Buffer.of(0xfd, n & 255, n >> 8)
}

/** The filter of a block with this hash and these scripts, in hex. */
export function plainFilter(blockHash: string, scripts: readonly Uint8Array[]): string {
  const key = Buffer.from(blockHash, 'hex').reverse().subarray(0, 16)
  const elements = [
    ...new Set(scripts.filter(({ length }) => length > 0).map(bytes => Buffer.from(bytes).toString('hex'))),
  ]
  const range = BigInt(elements.length) * M
  const places = elements.map(hex => (sipHash(key, Buffer.from(hex, 'hex')) * range) >> 64n)
  places.sort((a, b) => (a < b ? -1 : 1))
  const bits = places
    .map((place, i) => place - (places[i - 1] ?? 0n))
    .map(gap => `${'1'.repeat(Number(gap >> BigInt(P)))}0${(gap & 0x7ffffn).toString(2).padStart(P, '0')}`)
    .join('')
  const bytes = (bits.match(/.{1,8}/g) ?? []).map(byte => Number.parseInt(byte.padEnd(8, '0'), 2))
  return Buffer.concat([compactSize(elements.length), Buffer.from(bytes)]).toString('hex')
}

const twice = (bytes: Buffer): Buffer =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest()

/** The header of a filter after that of the block before, both as they are displayed. */
export const plainFilterHeader = (filter: string, previous: string): string =>
  twice(Buffer.concat([twice(Buffer.from(filter, 'hex')), Buffer.from(previous, 'hex').reverse()]))
    .reverse()
    .toString('hex')
