import { beforeAll, describe, expect, test } from '@jest/globals'
import { etc, type Point, schnorr } from '@noble/secp256k1'
import { concatBytes } from '../src/codec/bytes.js'
import type { Curve } from '../src/curve/curve.js'
import { FIELD_ORDER, GROUP_ORDER, numberBytes, readNumber } from '../src/curve/field.js'
import { type SchnorrPoint, schnorrPoint, verifySchnorrBy } from '../src/curve/schnorr.js'
import { type Recover, schnorrPointByRecovery } from '../src/curve/schnorr-by-recovery.js'
import { taggedHasher } from '../src/hash/hash.js'
import { agreed, allCurves } from './support/curves.js'
import { forge, keyFor, lifted, pointsFrom, smallestY, timesG } from './support/points.js'
import { seededBytes } from './support/random.js'
import { allRecoveries } from './support/recoveries.js'

let curves: readonly Curve[]
let recoveries: ReadonlyMap<string, Recover>
beforeAll(async () => {
  curves = await allCurves()
  recoveries = await allRecoveries()
})

const random = seededBytes(11)
const scalar = (): bigint => etc.mod(readNumber(random(32)), GROUP_ORDER - 1n) + 1n
const pair = (a: bigint, b: bigint): Uint8Array => concatBytes(numberBytes(a), numberBytes(b))
const xOf = (point: Point): Uint8Array => point.toBytes(true).slice(1)
const parityOf = (point: Point): number => Number(point.y & 1n)
const negated = (n: bigint): bigint => etc.mod(-n, GROUP_ORDER)

const ecdsa = (signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean =>
  agreed(curves, curve => curve.verifyEcdsa(signature, digest, key))
const bip340 = (signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean =>
  agreed(curves, curve => curve.verifySchnorr(signature, message, key))
const tweak = (internal: Uint8Array, by: Uint8Array, output: Uint8Array, parity: number): boolean =>
  agreed(curves, curve => curve.checkTapTweak(internal, by, output, parity))

/** The first points with x from the group order on (the curve has one with x = n itself), and the first of all. */
const overOrder = pointsFrom(GROUP_ORDER, 2) as [Point, Point]
const smallX = pointsFrom(1n, 2) as [Point, Point]

describe('ECDSA at its edges, the same on every tier', () => {
  test('r is x of R mod n: a small r holds for x = r and for x = r + n', () => {
    const [atOrder, above] = overOrder
    expect(atOrder.x).toBe(GROUP_ORDER)
    for (const nonce of [above, ...smallX]) {
      const s = scalar()
      const z = scalar()
      const key = keyFor(nonce, s, z).toBytes()
      const r = nonce.x % GROUP_ORDER
      expect(ecdsa(pair(r, s), numberBytes(z), key)).toBe(true)
      expect(ecdsa(pair(r, negated(s)), numberBytes(z), key)).toBe(true)
      expect(ecdsa(pair(r + GROUP_ORDER, s), numberBytes(z), key)).toBe(false)
      expect(ecdsa(pair(r + 1n, s), numberBytes(z), key)).toBe(false)
    }
  })

  test('s and digest may be any number of their range, and a digest counts mod n', () => {
    const nonce = timesG(scalar())
    const half = GROUP_ORDER >> 1n
    for (const s of [1n, 2n, half, half + 1n, GROUP_ORDER - 1n])
      for (const z of [0n, 1n, GROUP_ORDER - 1n, GROUP_ORDER, GROUP_ORDER + 1n, (1n << 256n) - 1n]) {
        const key = keyFor(nonce, s, z % GROUP_ORDER).toBytes(s % 2n === 0n)
        expect(ecdsa(pair(nonce.x % GROUP_ORDER, s), numberBytes(z), key)).toBe(true)
      }
  })

  test('a high s is verified without a change to the bytes given', () => {
    const key = timesG(scalar())
    const { signature, digest } = forge(key, scalar(), scalar())
    for (const s of [readNumber(signature, 32), negated(readNumber(signature, 32))]) {
      const given = pair(readNumber(signature), s)
      expect(ecdsa(given, digest, key.toBytes())).toBe(true)
      expect(readNumber(given, 32)).toBe(s)
    }
  })

  test('s + n and r + n are not s and r, where they fit', () => {
    const key = timesG(scalar())
    const nonce = smallX[0]
    const s = 5n
    const forged = keyFor(nonce, s, 9n).toBytes()
    expect(ecdsa(pair(nonce.x, s), numberBytes(9n), forged)).toBe(true)
    expect(ecdsa(pair(nonce.x, s + GROUP_ORDER), numberBytes(9n), forged)).toBe(false)
    for (const [r, other] of [
      [0n, 1n],
      [1n, 0n],
      [0n, 0n],
      [GROUP_ORDER, 1n],
      [1n, GROUP_ORDER],
    ] as const)
      expect(ecdsa(pair(r, other), numberBytes(0n), key.toBytes())).toBe(false)
  })

  test('a sum at infinity is refused, one of twice the same point is not', () => {
    const secret = scalar()
    const z = scalar()
    const r = etc.mod(-z * etc.invert(secret, GROUP_ORDER), GROUP_ORDER)
    expect(ecdsa(pair(r, scalar()), numberBytes(z), timesG(secret).toBytes())).toBe(false)
    for (const key of [timesG(1n), timesG(2n), timesG(-1n), timesG(-2n)])
      for (const [a, b] of [
        [1n, 1n],
        [2n, 1n],
        [1n, 2n],
        [4n, 2n],
      ] as const) {
        if (timesG(a).add(key.multiply(b, false)).is0()) continue
        const { signature, digest } = forge(key, a, b)
        expect(ecdsa(signature, digest, key.toBytes())).toBe(true)
        expect(ecdsa(signature, digest, key.toBytes(false))).toBe(true)
      }
  })

  test('keys with coordinates from n on hold, with coordinates from p on do not', () => {
    for (const key of [...overOrder, ...smallX, smallestY()]) {
      const { signature, digest } = forge(key, scalar(), scalar())
      const { x, y } = key.toAffine()
      expect(ecdsa(signature, digest, key.toBytes(true))).toBe(true)
      for (const first of [4, 6 + parityOf(key)])
        expect(ecdsa(signature, digest, concatBytes(Uint8Array.of(first), pair(x, y)))).toBe(true)
      const aliases = [
        [x + FIELD_ORDER, y],
        [x, y + FIELD_ORDER],
      ] as const
      for (const [otherX, otherY] of aliases) {
        if (otherX >> 256n || otherY >> 256n) continue
        for (const first of [4, 6, 7])
          expect(ecdsa(signature, digest, concatBytes(Uint8Array.of(first), pair(otherX, otherY)))).toBe(false)
        if (otherX !== x)
          for (const first of [2, 3])
            expect(ecdsa(signature, digest, concatBytes(Uint8Array.of(first), numberBytes(otherX)))).toBe(false)
      }
    }
  })

  test('keys that look like infinity, lie beside the curve or have the wrong length are none', () => {
    const key = timesG(scalar())
    const { signature, digest } = forge(key, scalar(), scalar())
    const long = key.toBytes(false)
    const { x, y } = key.toAffine()
    const beside = concatBytes(Uint8Array.of(4), pair(x, y ^ 1n))
    const keys = [new Uint8Array(0), new Uint8Array(1), new Uint8Array(33), new Uint8Array(65), beside]
    for (const first of [2, 3, 4, 5, 6, 7]) {
      keys.push(Uint8Array.of(first), Uint8Array.of(first, ...new Uint8Array(32)), long.subarray(0, 64))
      keys.push(Uint8Array.of(first, ...new Uint8Array(64)), concatBytes(Uint8Array.of(first), beside.subarray(1)))
      if (first !== 2 && first !== 3) keys.push(Uint8Array.of(first, ...long.subarray(1, 33)))
      else keys.push(Uint8Array.of(first, ...long.subarray(1)))
    }
    for (const none of keys) expect([...none, ecdsa(signature, digest, none)]).toEqual([...none, false])
    expect(ecdsa(signature, digest, long)).toBe(true)
  })
})

const challengeHash = taggedHasher('BIP0340/challenge')

describe('BIP-0340 at its edges, the same on every tier', () => {
  const secret = scalar()
  const even = parityOf(timesG(secret)) === 0 ? secret : negated(secret)
  const key = xOf(timesG(even))
  const challenge = (rx: Uint8Array, message: Uint8Array): bigint =>
    readNumber(challengeHash(rx, key, message)) % GROUP_ORDER

  test('R must have the even y, however it was made', () => {
    for (let k = 1n; k < 9n; k++) {
      const nonce = timesG(k)
      const message = random(32)
      const signed = etc.mod(k + challenge(xOf(nonce), message) * even, GROUP_ORDER)
      expect(bip340(concatBytes(xOf(nonce), numberBytes(signed)), message, key)).toBe(parityOf(nonce) === 0)
    }
  })

  test('R at infinity is refused, whatever r is', () => {
    for (const rx of [random(32), key, numberBytes(0n), numberBytes(1n), numberBytes(FIELD_ORDER - 1n)]) {
      const message = random(32)
      const s = etc.mod(challenge(rx, message) * even, GROUP_ORDER)
      expect(bip340(concatBytes(rx, numberBytes(s)), message, key)).toBe(false)
    }
  })

  test('a key beside the curve and a key plus p are none', () => {
    const message = random(32)
    const signature = schnorr.sign(message, numberBytes(even))
    expect(bip340(signature, message, key)).toBe(true)
    for (let x = 1n; x < 12n; x++) {
      if (!lifted(x)) expect(bip340(signature, message, numberBytes(x))).toBe(false)
      expect(bip340(signature, message, numberBytes(x + FIELD_ORDER))).toBe(false)
    }
  })
})

/**
 * No hash is known that gives e = 0, nor a signature with s = 0 or under a key with x in [n, p) that holds. With the
 * challenge chosen all of them can be made.
 */
describe('the equation of BIP-0340, the same by recovery as by plain arithmetic', () => {
  const keys = [timesG(1n), timesG(scalar()), ...overOrder, smallX[0]]
  const challenges = [0n, 1n, GROUP_ORDER - 1n, GROUP_ORDER, GROUP_ORDER + 1n, scalar()]
  const scalars = [0n, 1n, GROUP_ORDER - 1n, scalar()]

  const judged = (point: SchnorrPoint, signature: Uint8Array, e: bigint, key: Uint8Array): boolean =>
    verifySchnorrBy(point, signature, new Uint8Array(32), key, () => numberBytes(e))

  test('for every key, s and e at the edges', () => {
    let held = 0
    for (const key of keys)
      for (const e of challenges)
        for (const s of scalars) {
          const px = xOf(key)
          const sum = timesG(s).subtract((lifted(key.x) as Point).multiply(e % GROUP_ORDER, false))
          const expected = !sum.is0() && parityOf(sum) === 0
          const rx = sum.is0() ? random(32) : xOf(sum)
          if (expected) held++
          for (const [name, point] of everyPoint()) {
            const about = { name, px: key.x, e, s }
            expect({ ...about, holds: judged(point, concatBytes(rx, numberBytes(s)), e, px) }).toEqual({
              ...about,
              holds: expected,
            })
          }
        }
    expect(held).toBeGreaterThan(30)
  })

  test('s + n is not s, nor is a key without a point or its x plus p a key', () => {
    for (const [name, point] of everyPoint())
      for (const e of [0n, 1n, scalar()]) {
        const [one] = smallX
        const sum = timesG(1n).subtract(one.multiply(etc.mod(e, GROUP_ORDER), false))
        expect([name, judged(point, pair(sum.x, GROUP_ORDER + 1n), e, xOf(one))]).toEqual([name, false])
        expect([name, judged(point, pair(sum.x, 1n), e, numberBytes(one.x + FIELD_ORDER))]).toEqual([name, false])
        for (const x of [0n, 5n, GROUP_ORDER, FIELD_ORDER - 1n])
          if (!lifted(x)) expect([name, judged(point, pair(sum.x, 1n), e, numberBytes(x))]).toEqual([name, false])
      }
  })

  function* everyPoint(): Generator<readonly [string, SchnorrPoint]> {
    yield ['plain', schnorrPoint]
    for (const [name, recover] of recoveries) yield [name, schnorrPointByRecovery(recover)]
  }
})

describe('BIP-0341 tweaks at their edges, the same on every tier', () => {
  test('keys with x from n on are tweaked, keys plus p are none', () => {
    for (const internal of [...overOrder, ...smallX])
      for (const by of [0n, 1n, GROUP_ORDER - 1n, scalar()]) {
        const output = internal.add(timesG(by))
        expect(tweak(xOf(internal), numberBytes(by), xOf(output), parityOf(output))).toBe(true)
        expect(tweak(xOf(internal), numberBytes(by), xOf(output), 1 - parityOf(output))).toBe(false)
        const alias = internal.x + FIELD_ORDER
        if (!(alias >> 256n))
          expect(tweak(numberBytes(alias), numberBytes(by), xOf(output), parityOf(output))).toBe(false)
      }
  })

  test('a tweak of n or more is refused, though it leads to the same point', () => {
    const internal = timesG(scalar())
    const even = lifted(internal.x) as Point
    for (const by of [0n, 1n, 2n]) {
      const output = even.add(timesG(by))
      expect(tweak(xOf(even), numberBytes(by), xOf(output), parityOf(output))).toBe(true)
      expect(tweak(xOf(even), numberBytes(by + GROUP_ORDER), xOf(output), parityOf(output))).toBe(false)
    }
  })

  test('the key itself as tweak doubles it, its negative leads to infinity', () => {
    for (const secret of [1n, 2n, scalar(), scalar()]) {
      const even = parityOf(timesG(secret)) === 0 ? secret : negated(secret)
      const internal = xOf(timesG(even))
      const output = timesG(2n * even)
      expect(tweak(internal, numberBytes(even), xOf(output), parityOf(output))).toBe(true)
      for (const parity of [0, 1]) {
        expect(tweak(internal, numberBytes(negated(even)), internal, parity)).toBe(false)
        expect(tweak(internal, numberBytes(negated(even)), new Uint8Array(32), parity)).toBe(false)
      }
    }
  })

  test('parities are 0 and 1', () => {
    const internal = lifted(timesG(scalar()).x) as Point
    for (const parity of [2, 3, 4, -1, 256, 0.5, Number.NaN])
      expect(tweak(xOf(internal), numberBytes(0n), xOf(internal), parity)).toBe(false)
    expect(tweak(xOf(internal), numberBytes(0n), xOf(internal), 0)).toBe(true)
  })
})

test('no call throws, whatever lengths its arguments have', () => {
  const lengths = [0, 1, 31, 32, 33, 64, 65, 66]
  for (const a of lengths)
    for (const b of lengths)
      for (const c of lengths)
        for (const curve of curves) {
          const key = random(c)
          if (c > 0) key[0] = 2 + ((key[0] as number) % 6)
          expect(curve.verifyEcdsa(random(a), random(b), key)).toBe(false)
          expect(curve.verifySchnorr(random(a), random(b), key)).toBe(false)
          expect(curve.checkTapTweak(random(a), random(b), random(c), a & 1)).toBe(false)
        }
})
