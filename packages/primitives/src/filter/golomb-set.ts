import { equalBytes } from '../codec/bytes.js'
import { DecodeError } from '../codec/decode-error.js'
import { Reader } from '../codec/reader.js'
import { compactSizeLength, Writer } from '../codec/writer.js'
import { sipHash } from '../hash/sip-hash.js'
import { BitReader, BitWriter } from './bit-stream.js'

/** Bits of a difference that are written as they are: P of BIP-0158's basic filter. */
const REMAINDER_BITS = 19
/** One in so many elements that were never put in is found all the same: M of BIP-0158's basic filter. */
const FALSE_POSITIVES = 784931

const REMAINDERS = 2 ** REMAINDER_BITS
/** As many high bits of a hash as a number can hold beside the 32 low ones. */
const EXACT = 2 ** 21
/** What one element takes at least. */
const LEAST_BITS = REMAINDER_BITS + 1
/** An element cannot take more on average: all differences together stay below `FALSE_POSITIVES` for each. */
const MOST_BITS = LEAST_BITS + FALSE_POSITIVES / REMAINDERS

/** The high half of the product of a hash's 64 bits and a range below 2^48: the hash, mapped onto the range evenly. */
function scale(low: number, high: number, range: number): number {
  const r0 = range % 0x10000
  const r1 = Math.floor(range / 0x10000) % 0x10000
  const r2 = Math.floor(range / 0x100000000)
  const h0 = low & 0xffff
  const h1 = low >>> 16
  const h2 = high & 0xffff
  const h3 = high >>> 16
  // Sixteen bits at a time, so that no sum leaves what a number holds exactly.
  const c1 = Math.floor((h0 * r0) / 0x10000) + h1 * r0 + h0 * r1
  const c2 = Math.floor(c1 / 0x10000) + h2 * r0 + h1 * r1 + h0 * r2
  const c3 = Math.floor(c2 / 0x10000) + h3 * r0 + h2 * r1 + h1 * r2
  return Math.floor(c3 / 0x10000) + h3 * r1 + h2 * r2 + h3 * r2 * 0x10000
}

/** A hash's 64 bits. */
type Halves = readonly [low: number, high: number]

/** The places of these hashes in a set of so many, in ascending order. */
const placesOf = (hashes: readonly Halves[], count: number): Float64Array =>
  Float64Array.from(hashes, ([low, high]) => scale(low, high, count * FALSE_POSITIVES)).sort()

interface Hashed {
  readonly element: Uint8Array
  readonly hash: Halves
  /** Another one whose hash has as good as the same bits. */
  readonly other: Hashed | undefined
}

/** The hash of every element, of those that come more than once one. */
function hashDistinct(elements: Iterable<Uint8Array>, key: Uint8Array): Halves[] {
  const hashes: Halves[] = []
  const known = new Map<number, Hashed>()
  for (const element of elements) {
    const hash = sipHash(key, element)
    const name = (hash[1] % EXACT) * 0x100000000 + hash[0]
    const other = known.get(name)
    let same = other
    while (same && !equalBytes(same.element, element)) same = same.other
    if (same) continue
    known.set(name, { element, hash, other })
    hashes.push(hash)
  }
  return hashes
}

/**
 * A Golomb-coded set of the elements under a key of 16 bytes (BIP-0158): how many there are, then the differences of
 * their hashes in ascending order, each as a quotient of ones ended by a zero, and a remainder.
 */
export function encodeGolombSet(elements: Iterable<Uint8Array>, key: Uint8Array): Uint8Array {
  const all = hashDistinct(elements, key)
  const bits = new BitWriter(all.length * MOST_BITS + 8)
  let last = 0
  for (const place of placesOf(all, all.length)) {
    const difference = place - last
    last = place
    for (let quotient = Math.floor(difference / REMAINDERS); quotient > 0; quotient--) bits.put(1, 1)
    bits.put(difference % REMAINDERS, LEAST_BITS)
  }
  const coded = bits.finish()
  const writer = new Writer(compactSizeLength(all.length) + coded.length)
  writer.compactSize(all.length)
  writer.raw(coded)
  return writer.bytes
}

/** The places in a set, in ascending order. Throws a DecodeError for bytes that are no set. */
function decodePlaces(set: Uint8Array): Float64Array {
  const reader = new Reader(set)
  const count = reader.compactSize()
  const bits = new BitReader(set, reader.offset)
  if (count * LEAST_BITS > bits.remaining) throw new DecodeError(`too short for ${count} elements`, reader.offset)
  const places = new Float64Array(count)
  let last = 0
  for (let i = 0; i < count; i++) {
    while (bits.take(1) === 1) last += REMAINDERS
    last += bits.take(REMAINDER_BITS)
    places[i] = last
  }
  if (bits.remaining >= 8) throw new DecodeError('trailing bytes', set.length)
  return places
}

/**
 * Whether one of the elements is in the set: surely yes if it was put in, by chance if it was not. Throws a DecodeError
 * for bytes that are no set.
 */
export function golombSetHasAny(set: Uint8Array, elements: Iterable<Uint8Array>, key: Uint8Array): boolean {
  const places = decodePlaces(set)
  const hashes = Array.from(elements, element => sipHash(key, element))
  const wanted = placesOf(hashes, places.length)
  for (let i = 0, at = 0; i < places.length && at < wanted.length; ) {
    const difference = (places[i] as number) - (wanted[at] as number)
    if (difference === 0) return true
    if (difference < 0) i++
    else at++
  }
  return false
}
