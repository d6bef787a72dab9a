import { expect, test } from '@jest/globals'
import { decodeHeader, encodeHeader, fromHex, type Header, hashHeader } from '@raistone/primitives'
import fc from 'fast-check'
import type { NonceScan } from '../../src/search/scan.js'

/** Bitcoin's first block, and its nonce. */
export const first = decodeHeader(
  fromHex(
    '01000000' +
      '00'.repeat(32) +
      '3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
  ),
)
export const firstTarget = 0xffffn << 208n

export const numberOf = (header: Header): bigint => BigInt(`0x${hashHeader(header)}`)

const headers = fc.uint8Array({ minLength: 80, maxLength: 80 }).map(decodeHeader)
const LAST_NONCE = 0xffffffff

/** The hashes of so many nonces from the start on. */
const hashesFrom = (header: Header, start: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => numberOf({ ...header, nonce: start + i }))

/** What a scan finds, against hashing each header by itself; for the class as a test file has loaded it. */
export function scanSuite(create: (header: Uint8Array, target: bigint) => NonceScan): void {
  test("finds the nonce of Bitcoin's first block", () => {
    const scan = create(encodeHeader({ ...first, nonce: 0 }), firstTarget)
    expect(scan.run(2083236893 - 300, 300)).toBe(-1)
    expect(scan.run(2083236893 - 300, 600)).toBe(2083236893)
  })

  test('finds the first nonce that everybody else finds, and exactly meets a target', () => {
    const from = fc.constantFrom(0, 0x7ffffff0, 0x80000000, LAST_NONCE - 31)
    fc.assert(
      fc.property(headers, from, (header, start) => {
        const hashes = hashesFrom(header, start, 32)
        const least = hashes.reduce((a, b) => (b < a ? b : a))
        const run = (target: bigint): number => create(encodeHeader(header), target).run(start, 32)
        expect(run(least)).toBe(start + hashes.indexOf(least))
        expect(run(least - 1n)).toBe(-1)
        expect(run(hashes[0]!)).toBe(start)
      }),
      { numRuns: 40 },
    )
  })

  test('finds it at every place of a group, in ranges of every length, and nothing beyond the end of one', () => {
    const hashes = hashesFrom(first, 1000, 24)
    for (let start = 0; start < 12; start++)
      for (let count = 0; count <= 12; count++) {
        const range = hashes.slice(start, start + count)
        for (const target of range) {
          const expected = 1000 + start + range.findIndex(hash => hash <= target)
          expect(create(encodeHeader(first), target).run(1000 + start, count)).toBe(expected)
        }
        const none = range.reduce((least, hash) => (hash < least ? hash : least), 1n << 256n) - 1n
        expect(create(encodeHeader(first), none).run(1000 + start, count)).toBe(-1)
      }
  })

  test('goes on behind a hash whose highest bytes are those of the target, and whose lower ones are too many', () => {
    const hashes = hashesFrom(first, 0, 600)
    for (const nonce of [7, 150, 599]) {
      const hash = hashes[nonce] as bigint
      const run = (target: bigint, start: number, count: number): number =>
        create(encodeHeader(first), target).run(start, count)
      const target = hash - 1n
      expect(target >> 224n).toBe(hash >> 224n)
      expect(run(target, nonce, 1)).toBe(-1)
      expect(run(target, nonce, 600 - nonce)).toBe(hashes.findIndex((each, i) => i > nonce && each <= target))
    }
  })

  test('the last nonce is the end: there is none behind it', () => {
    const hashes = hashesFrom(first, LAST_NONCE - 9, 10)
    const last = hashes[9] as bigint
    for (const start of [LAST_NONCE - 2, LAST_NONCE])
      for (const count of [1, 3, 4, 100, 2 ** 32]) {
        const range = hashes.slice(9 - (LAST_NONCE - start)).slice(0, count)
        const at = range.findIndex(hash => hash <= last)
        expect(create(encodeHeader(first), last).run(start, count)).toBe(at < 0 ? -1 : start + at)
        // Whatever the nonces from zero on give, they do not belong to the range.
        const none = range.reduce((least, hash) => (hash < least ? hash : least)) - 1n
        expect(create(encodeHeader(first), none).run(start, count)).toBe(-1)
      }
    expect(create(encodeHeader(first), 1n << 255n).run(2 ** 32, 10)).toBe(-1)
  })

  test('reads a header that lies inside other bytes, and keeps it', () => {
    const shifted = new Uint8Array(100).fill(7)
    shifted.set(encodeHeader(first), 4)
    const scan = create(shifted.subarray(4, 84), firstTarget)
    shifted.fill(0)
    expect(scan.run(2083236890, 10)).toBe(2083236893)
  })
}
