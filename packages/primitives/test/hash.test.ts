import { describe, expect, jest, test } from '@jest/globals'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { concatBytes, equalBytes } from '../src/codec/bytes.js'
import { DecodeError } from '../src/codec/decode-error.js'
import { toDisplayHex } from '../src/codec/hex.js'
import { sha256Engine } from '../src/hash/engine.js'
import { nobleSha256 } from '../src/hash/noble.js'
import type { Sha256 } from '../src/hash/sha256.js'
import { createWasmSha256 } from '../src/hash/wasm/create.js'
import { plainTwice } from './support/plain-sha256.js'
import { seededBytes } from './support/random.js'

const bytes = seededBytes(1)
const message = fc.uint8Array({ maxLength: 400 })
/** Cut anywhere, into parts that begin at odd places of other arrays. */
const inParts = (whole: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const at = [0, ...cuts.map(cut => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => {
    const part = whole.subarray(at[i], end)
    const inside = new Uint8Array(part.length + 9).fill(0xee)
    inside.set(part, 1 + (i % 7))
    return inside.subarray(1 + (i % 7), 1 + (i % 7) + part.length)
  })
}

test('where the platform does not take the module, there is no engine, and no error', () => {
  const refusal = jest.spyOn(WebAssembly, 'Module').mockImplementation(() => {
    throw new WebAssembly.CompileError('no vectors here')
  })
  expect(createWasmSha256()).toBeUndefined()
  expect(refusal).toHaveBeenCalledTimes(1)
  refusal.mockRestore()
})

/** The messages here and there in an array that itself begins at an odd place, and the ranges in which they lie. */
function scattered(messages: readonly (readonly Uint8Array[])[]): { all: Uint8Array; ranges: Int32Array } {
  const places: number[] = []
  const pieces: Uint8Array[] = []
  let at = 0
  for (const parts of messages)
    for (let i = 0; i < 3; i++) {
      const part = parts[i] ?? new Uint8Array(0)
      const gap = bytes(1 + (places.length % 5))
      pieces.push(gap, part)
      at += gap.length
      places.push(at, at + part.length)
      at += part.length
    }
  return { all: concatBytes(bytes(3), ...pieces).subarray(3), ranges: Int32Array.from(places) }
}

/** As `toEqual`, which takes a second for a megabyte. */
const expectBytes = (actual: Uint8Array, expected: Uint8Array): void => expect(equalBytes(actual, expected)).toBe(true)

test('the engine is WebAssembly where there is WebAssembly', () => {
  expect(sha256Engine().name).toBe('wasm')
})

describe.each([createWasmSha256() as Sha256, nobleSha256])('SHA-256 by $name', engine => {
  const expectBoth = (whole: Uint8Array, parts: readonly Uint8Array[] = [whole]): void => {
    expect(engine.hash(parts)).toEqual(sha256(whole))
    expect(engine.hashTwice(parts)).toEqual(plainTwice(whole))
  }

  test('messages of every length up to 300 bytes', () => {
    for (let length = 0; length <= 300; length++) expectBoth(bytes(length))
  })

  test('messages in any number of parts, which lie anywhere in memory', () => {
    fc.assert(
      fc.property(message, fc.array(fc.nat(), { maxLength: 6 }), (whole, cuts) => {
        expectBoth(whole, inParts(whole, cuts))
      }),
    )
    expectBoth(new Uint8Array(0), [])
  })

  test('messages around and far beyond the size of the buffer, in one part and in several', () => {
    for (const length of [65_526, 65_527, 65_528, 65_535, 65_536, 65_537, 131_072, 200_001]) {
      const whole = bytes(length)
      expectBoth(whole)
      expectBoth(whole, inParts(whole, [1, 65_536, 65_536, 66_000]))
    }
  })

  test('RIPEMD-160 of the hash', () => {
    for (let length = 0; length <= 130; length++) {
      const whole = bytes(length)
      expect(engine.hash160(whole)).toEqual(ripemd160(sha256(whole)))
    }
    fc.assert(fc.property(message, whole => expect(engine.hash160(whole)).toEqual(ripemd160(sha256(whole)))))
  })

  test('messages that begin with the same block, one hasher between the calls of another', () => {
    const [first, second] = [bytes(64), bytes(64)]
    const [afterFirst, afterSecond] = [engine.hashAfter(first), engine.hashAfter(second)]
    fc.assert(
      fc.property(message, fc.array(fc.nat(), { maxLength: 4 }), (whole, cuts) => {
        const parts = inParts(whole, cuts)
        expect(afterFirst(parts)).toEqual(sha256(concatBytes(first, whole)))
        expect(afterSecond(parts)).toEqual(sha256(concatBytes(second, whole)))
      }),
    )
  })

  const expectIds = (messages: readonly (readonly Uint8Array[])[]): void => {
    const { all, ranges } = scattered(messages)
    const ids = messages.map(parts => toDisplayHex(plainTwice(concatBytes(...parts))))
    expect(engine.idsOf(all, ranges)).toEqual(ids)
  }

  test('ids of many messages at once: every number of them of equal length, and all lengths mixed', () => {
    for (let count = 0; count <= 13; count++) expectIds(Array.from({ length: count }, () => [bytes(4), bytes(96)]))
    const part = fc.uint8Array({ maxLength: 150 })
    fc.assert(fc.property(fc.array(fc.array(part, { maxLength: 3 }), { maxLength: 40 }), expectIds))
  })

  test('ids of short and long messages in turn, up to and beyond what four of them have room for', () => {
    const lengths = [
      0, 16_375, 16_376, 55, 16_375, 20_000, 16_375, 56, 16_375, 20_000, 20_000, 20_000, 70_000, 70_000, 70_000,
    ]
    expectIds(lengths.map(length => [bytes(length)]))
    expectIds(lengths.map(length => [bytes(length % 60), bytes(length), bytes(4)]))
  })

  test('pairs of digests in their place, and nothing behind the last one', () => {
    for (const pairs of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 2050]) {
      const nodes = bytes(64 * pairs + 40)
      const expected = nodes.slice()
      for (let i = 0; i < pairs; i++) expected.set(plainTwice(nodes.slice(64 * i, 64 * i + 64)), 32 * i)
      engine.hashPairs(nodes, pairs)
      expectBytes(nodes.subarray(0, 32 * pairs), expected.subarray(0, 32 * pairs))
      expectBytes(nodes.subarray(64 * pairs), expected.subarray(64 * pairs))
    }
  })

  test('ids of either case become bytes, any number of them', () => {
    for (const count of [0, 1, 2, 1023, 1024, 1025, 2050]) {
      const digests = Array.from({ length: count }, () => bytes(32))
      const ids = digests.map((digest, i) => (i % 3 === 0 ? toDisplayHex(digest).toUpperCase() : toDisplayHex(digest)))
      const to = new Uint8Array(32 * count + 5).fill(7)
      engine.readIds(ids, to)
      expectBytes(to, concatBytes(...digests, new Uint8Array(5).fill(7)))
    }
  })

  test('what is no id is refused, wherever it stands', () => {
    const good = toDisplayHex(bytes(32))
    const refused = (ids: readonly string[]): void =>
      expect(() => engine.readIds(ids, new Uint8Array(32 * ids.length))).toThrow(DecodeError)
    for (const wrong of ['/', ':', '@', 'G', '`', 'g', ' ', '\0', 'é', '𝟘', '\u0130'])
      for (const at of [0, 15, 16, 31, 32, 47, 48, 63])
        for (const place of [0, 1, 1100]) {
          const ids = new Array<string>(1101).fill(good)
          ids[place] = good.slice(0, at) + wrong + good.slice(at + wrong.length)
          refused(ids)
        }
    refused([good.slice(1), `0${good}`])
    refused([good, good.slice(2)])
    refused([''])
    refused([good + good, ''])
  })

  test('the first nonce that gives little enough, at any place of a group, and none beyond the range', () => {
    const topOf = (header: Uint8Array, nonce: number): number => {
      const solved = header.slice()
      new DataView(solved.buffer).setUint32(76, nonce, true)
      return new DataView(plainTwice(solved).buffer).getUint32(28, true)
    }
    for (const from of [0, 1, 0x7fffffff, 0xffffffff - 40]) {
      const header = bytes(80)
      const tops = Array.from({ length: 41 }, (_, i) => topOf(header, from + i))
      const first = (top: number, start: number, end: number): number => {
        const at = tops.slice(start, end).findIndex(each => each <= top)
        return at < 0 ? -1 : from + start + at
      }
      for (const start of [0, 1, 2, 3, 17])
        for (const end of [start, start + 1, start + 2, start + 3, start + 4, start + 7, 41])
          for (const top of [0, 1 << 28, 0x7fffffff, 0xffffffff, ...tops.slice(start, start + 9)])
            for (const exact of [top, Math.max(top - 1, 0)])
              expect(engine.findNonce(header, exact, from + start, end - start)).toBe(first(exact, start, end))
    }
  })

  test('results stay what they are when the next message comes', () => {
    const whole = bytes(100)
    const results = [engine.hash([whole]), engine.hashTwice([whole]), engine.hashAfter(whole.subarray(0, 64))([whole])]
    const short = engine.hash160(whole)
    expect(short.buffer.byteLength).toBe(20)
    const copies = results.map(result => result.slice())
    for (const result of results) expect(result.buffer.byteLength).toBe(32)
    engine.hash([bytes(1000)])
    engine.idsOf(whole, Int32Array.of(0, 9, 9, 9, 9, 9, 1, 10, 10, 10, 10, 10))
    expect(results).toEqual(copies)
  })
})
