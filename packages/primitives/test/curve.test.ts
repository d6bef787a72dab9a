import { beforeAll, describe, expect, test } from '@jest/globals'
import { getPublicKey, Point, schnorr, sign } from '@noble/secp256k1'
import { concatBytes } from '../src/codec/bytes.js'
import type { Curve } from '../src/curve/curve.js'
import { isLowS } from '../src/curve/der.js'
import { FIELD_ORDER, GROUP_ORDER, numberBytes, readNumber } from '../src/curve/field.js'
import { keyForm, withoutHybridForm } from '../src/curve/keys.js'
import { agreed, allCurves } from './support/curves.js'
import { seededBytes } from './support/random.js'

let curves: readonly Curve[]
beforeAll(async () => {
  curves = await allCurves()
})

const random = seededBytes(7)
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  Uint8Array.from(bytes, (byte, i) => (i === at % bytes.length ? byte ^ (1 << (at & 7)) : byte))

interface Signed {
  readonly key: Uint8Array
  readonly digest: Uint8Array
  readonly signature: Uint8Array
}

function signed(): Signed {
  const secret = random(32)
  const digest = random(32)
  return { key: getPublicKey(secret, false), digest, signature: sign(digest, secret, { prehash: false }) }
}

const withHighS = (signature: Uint8Array): Uint8Array =>
  concatBytes(signature.subarray(0, 32), numberBytes(GROUP_ORDER - readNumber(signature, 32)))

const ecdsa = (signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean =>
  agreed(curves, curve => curve.verifyEcdsa(signature, digest, key))

const bip340 = (signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean =>
  agreed(curves, curve => curve.verifySchnorr(signature, message, key))

const tweak = (internal: Uint8Array, by: Uint8Array, output: Uint8Array, parity: number): boolean =>
  agreed(curves, curve => curve.checkTapTweak(internal, by, output, parity))

/** Numbers at the edges of field and group. */
const edges = [
  0n,
  1n,
  GROUP_ORDER - 1n,
  GROUP_ORDER,
  GROUP_ORDER + 1n,
  FIELD_ORDER - 1n,
  FIELD_ORDER,
  (1n << 256n) - 1n,
]
const edgeBytes = edges.map(numberBytes)

describe('ECDSA, the same on every tier', () => {
  test('a good signature holds under every form of the key, with low and with high s', () => {
    for (let i = 0; i < 4; i++) {
      const { key, digest, signature } = signed()
      const odd = (key[64] as number) & 1
      const compressed = concatBytes(Uint8Array.of(2 + odd), key.subarray(1, 33))
      const hybrid = concatBytes(Uint8Array.of(6 + odd), key.subarray(1))
      const wrongHybrid = concatBytes(Uint8Array.of(7 - odd), key.subarray(1))
      const high = withHighS(signature)
      expect(isLowS(signature)).toBe(true)
      expect(isLowS(high)).toBe(false)
      for (const sig of [signature, high]) {
        for (const form of [key, compressed, hybrid]) expect(ecdsa(sig, digest, form)).toBe(true)
        expect(ecdsa(sig, digest, wrongHybrid)).toBe(false)
      }
    }
  })

  test('a changed bit anywhere fails', () => {
    const { key, digest, signature } = signed()
    for (let at = 0; at < 64; at += 13) expect(ecdsa(flip(signature, at), digest, key)).toBe(false)
    for (let at = 0; at < 32; at += 9) expect(ecdsa(signature, flip(digest, at), key)).toBe(false)
    for (let at = 0; at < 65; at += 13) expect(ecdsa(signature, digest, flip(key, at))).toBe(false)
  })

  test('numbers at the edges of the group, and digests of zero and of the group order', () => {
    const { key, digest } = signed()
    for (const r of edgeBytes) for (const s of edgeBytes) expect(ecdsa(concatBytes(r, s), digest, key)).toBe(false)
    const secret = random(32)
    for (const zero of [numberBytes(0n), numberBytes(GROUP_ORDER)]) {
      const signature = sign(zero, secret, { prehash: false })
      expect(ecdsa(signature, zero, getPublicKey(secret))).toBe(true)
    }
  })

  test('bytes of any length and content are answered, never thrown at', () => {
    const { key, digest, signature } = signed()
    for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 66, 200]) {
      const junk = random(length)
      expect(ecdsa(junk, digest, key)).toBe(false)
      expect(ecdsa(signature, junk, key)).toBe(false)
      expect(ecdsa(signature, digest, junk)).toBe(false)
      for (const first of [0, 2, 3, 4, 5, 6, 7]) {
        if (length === 0) continue
        junk[0] = first
        expect(ecdsa(signature, digest, junk)).toBe(false)
      }
    }
  })

  test('a compressed key with x outside the field is none', () => {
    const { digest, signature } = signed()
    for (const x of edgeBytes) expect(ecdsa(signature, digest, concatBytes(Uint8Array.of(2), x))).toBe(false)
  })
})

describe('BIP-0340, the same on every tier', () => {
  test('good signatures hold, changed ones fail', () => {
    for (let i = 0; i < 4; i++) {
      const secret = random(32)
      const message = random(32)
      const key = schnorr.getPublicKey(secret)
      const signature = schnorr.sign(message, secret)
      expect(bip340(signature, message, key)).toBe(true)
      for (let at = i; at < 64; at += 17) expect(bip340(flip(signature, at), message, key)).toBe(false)
      expect(bip340(signature, flip(message, i), key)).toBe(false)
      expect(bip340(signature, message, flip(key, i))).toBe(false)
    }
  })

  test('numbers at the edges of field and group, and bytes of any length', () => {
    const secret = random(32)
    const key = schnorr.getPublicKey(secret)
    const message = random(32)
    const signature = schnorr.sign(message, secret)
    for (const edge of edgeBytes) {
      expect(bip340(concatBytes(edge, signature.subarray(32)), message, key)).toBe(false)
      expect(bip340(concatBytes(signature.subarray(0, 32), edge), message, key)).toBe(false)
      expect(bip340(signature, message, edge)).toBe(false)
    }
    for (const length of [0, 31, 33, 63, 65, 100]) {
      expect(bip340(random(length), message, key)).toBe(false)
      expect(bip340(signature, random(length), key)).toBe(false)
      expect(bip340(signature, message, random(length))).toBe(false)
    }
  })

  test('keys with x between the group order and the field order are lifted, not reduced', () => {
    let tried = 0
    for (let x = GROUP_ORDER; tried < 3; x += 1n) {
      const key = numberBytes(x)
      try {
        Point.fromBytes(concatBytes(Uint8Array.of(2), key))
      } catch {
        continue
      }
      tried++
      // R := s·G - e·P cannot be steered to a chosen x, but every tier must compute with the same P.
      expect(bip340(concatBytes(random(32), numberBytes(5n)), random(32), key)).toBe(false)
      const by = random(32)
      const sum = Point.fromBytes(concatBytes(Uint8Array.of(2), key)).add(Point.BASE.multiply(readNumber(by)))
      const bytes = sum.toBytes(true)
      expect(tweak(key, by, bytes.subarray(1), (bytes[0] as number) & 1)).toBe(true)
    }
  })
})

describe('BIP-0341 tweak, the same on every tier', () => {
  test('output key and parity must be those of internal key plus tweak', () => {
    for (let i = 0; i < 4; i++) {
      const internal = schnorr.getPublicKey(random(32))
      const by = i === 0 ? new Uint8Array(32) : random(32)
      const base = Point.fromBytes(concatBytes(Uint8Array.of(2), internal))
      const sum = (i === 0 ? base : base.add(Point.BASE.multiply(readNumber(by)))).toBytes(true)
      const output = sum.slice(1)
      const parity = (sum[0] as number) & 1
      expect(tweak(internal, by, output, parity)).toBe(true)
      expect(tweak(internal, by, output, 1 - parity)).toBe(false)
      expect(tweak(internal, by, flip(output, i), parity)).toBe(false)
      expect(tweak(internal, flip(by, i), output, parity)).toBe(false)
      expect(tweak(flip(internal, 9), by, output, parity)).toBe(false)
    }
  })

  test('a tweak of the group order or above, a sum at infinity and a key off the curve are refused', () => {
    const secret = 12345n
    const internal = Point.BASE.multiply(secret).toBytes(true)
    const even = internal[0] === 2 ? secret : GROUP_ORDER - secret
    const x = internal.slice(1)
    for (const by of [GROUP_ORDER, GROUP_ORDER + 1n, (1n << 256n) - 1n, GROUP_ORDER - even])
      for (const parity of [0, 1]) expect(tweak(x, numberBytes(by), x, parity)).toBe(false)
    for (const edge of edgeBytes) expect(tweak(edge, numberBytes(2n), x, 0)).toBe(false)
    for (const length of [0, 31, 33]) {
      expect(tweak(random(length), numberBytes(2n), x, 0)).toBe(false)
      expect(tweak(x, random(length), x, 0)).toBe(false)
      expect(tweak(x, numberBytes(2n), random(length), 0)).toBe(false)
    }
  })
})

test('a key is recognised by its first byte and length alone', () => {
  expect(keyForm(new Uint8Array(0))).toBeUndefined()
  expect(keyForm(new Uint8Array(33).fill(2))).toBe('compressed')
  expect(keyForm(new Uint8Array(65).fill(3))).toBeUndefined()
  expect(keyForm(new Uint8Array(65).fill(4))).toBe('uncompressed')
  expect(withoutHybridForm(new Uint8Array(65).fill(7))?.[0]).toBe(4)
  expect(withoutHybridForm(new Uint8Array(65).fill(6).fill(1, 64))).toBeUndefined()
})
