import { beforeAll, describe, expect, test } from '@jest/globals'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { getPublicKey, Point, sign } from '@noble/secp256k1'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { concatBytes } from '../src/codec/bytes.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import type { Curve } from '../src/curve/curve.js'
import { isLowS, isStrictDer, parseDerLax } from '../src/curve/der.js'
import { GROUP_ORDER, numberBytes, readNumber } from '../src/curve/field.js'
import { sha256 } from '../src/hash/hash.js'
import { agreed, allCurves } from './support/curves.js'

let curves: readonly Curve[]
beforeAll(async () => {
  curves = await allCurves()
})

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: string
    }[]
  }[]
}

/** r ‖ s of a signature that strict DER allows, with s as low as asked for. */
function compactOf(signature: Uint8Array, lowOnly: boolean): Uint8Array | undefined {
  const withHashType = concatBytes(signature, Uint8Array.of(1))
  const compact = isStrictDer(withHashType) ? parseDerLax(signature) : undefined
  return compact && lowOnly && !isLowS(compact) ? undefined : compact
}

describe.each([
  ['crypto/wycheproof_ecdsa_secp256k1_sha256_bitcoin.json', true],
  ['crypto/wycheproof_ecdsa_secp256k1_sha256.json', false],
])('signatures in DER', (path, lowOnly) => {
  vectorSuite(path, count => {
    test('hold on every tier, or on none', () => {
      for (const { publicKey, tests } of readVectors<Wycheproof>(path).testGroups) {
        const key = fromHex(publicKey.uncompressed)
        for (const { tcId, msg, sig, result } of tests) {
          count.ran()
          const compact = compactOf(fromHex(sig), lowOnly)
          const digest = sha256(fromHex(msg))
          const answer = compact !== undefined && agreed(curves, curve => curve.verifyEcdsa(compact, digest, key))
          expect([tcId, answer]).toEqual([tcId, result === 'valid'])
        }
      }
    })
  })
})

interface SignCase {
  readonly d: string
  readonly m: string
  readonly signature: string
}

interface SignVectors {
  readonly valid: readonly SignCase[]
  readonly extraEntropy?: readonly (SignCase & Readonly<Record<string, string>>)[]
  readonly invalid?: {
    readonly sign: readonly { readonly d: string; readonly m: string }[]
    readonly verify: readonly {
      readonly description: string
      readonly strict?: boolean
      readonly Q: string
      readonly m: string
      readonly signature: string
    }[]
  }
}

/** What the vectors call the extra bytes; the random ones are those of the project that made them. */
const extraEntropy: Readonly<Record<string, string>> = {
  extraEntropy0: '00'.repeat(32),
  extraEntropy1: '01'.padStart(64, '0'),
  extraEntropyRand: '6e723d3fd94ed5d2b6bdd4f123364b0f3ca52af829988a63f8afe91d29db1c33',
  extraEntropyN: GROUP_ORDER.toString(16),
  extraEntropyMax: 'ff'.repeat(32),
}

vectorSuite('crypto/ecdsa_rfc6979_sign.json', count => {
  const { valid, extraEntropy: withEntropy = [], invalid } = readVectors<SignVectors>('crypto/ecdsa_rfc6979_sign.json')
  const signed = (d: string, m: string, more: object = {}): Uint8Array =>
    sign(fromHex(m), fromHex(d), { prehash: false, ...more })

  test('signatures are made as published, and hold', () => {
    const [, ...fast] = curves
    for (const { d, m, signature } of valid) {
      count.ran()
      expect(toHex(signed(d, m))).toBe(signature)
      const key = getPublicKey(fromHex(d))
      expect(agreed(fast, curve => curve.verifyEcdsa(fromHex(signature), fromHex(m), key))).toBe(true)
    }
  })

  test('with extra entropy too', () => {
    for (const { d, m, signature, ...others } of withEntropy) {
      count.ran()
      expect(toHex(signed(d, m))).toBe(signature)
      const made = Object.keys(others).map(name => {
        const extra = fromHex(extraEntropy[name] as string)
        return [name, toHex(signed(d, m, { extraEntropy: extra }))]
      })
      expect(Object.fromEntries(made)).toEqual(others)
    }
  })

  test('numbers that are no private keys sign nothing', () => {
    for (const { d, m } of invalid?.sign ?? []) {
      count.ran()
      expect(() => signed(d, m)).toThrow()
    }
  })

  test('what is no key, no signature or has a high s is refused', () => {
    for (const { description, strict = false, Q, m, signature } of invalid?.verify ?? []) {
      count.ran()
      const compact = fromHex(signature)
      const holds = agreed(curves, curve => curve.verifyEcdsa(compact, fromHex(m), fromHex(Q)))
      expect([description, holds && (!strict || isLowS(compact))]).toEqual([description, false])
    }
  })
})

/** RFC 6979, 3.2: candidates for the nonce, in the order in which they are tried. */
function* nonceCandidates(privateKey: Uint8Array, digest: Uint8Array): Generator<Uint8Array, never> {
  const mac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
    hmac(nobleSha256, key, concatBytes(...parts))
  const seed = concatBytes(privateKey, numberBytes(readNumber(digest) % GROUP_ORDER))
  let value: Uint8Array = new Uint8Array(32).fill(1)
  let key: Uint8Array = new Uint8Array(32)
  const turn = (separator: number, more: Uint8Array): void => {
    key = mac(key, value, Uint8Array.of(separator), more)
    value = mac(key, value)
  }
  turn(0, seed)
  turn(1, seed)
  for (;;) {
    value = mac(key, value)
    yield value
    turn(0, new Uint8Array(0))
  }
}

interface Nonces {
  readonly message: string
  readonly d: string
  readonly k0: string
  readonly k1: string
  readonly k15: string
}

vectorSuite('crypto/rfc6979.json', count => {
  test('nonces, and signatures made with the first', () => {
    for (const { message, d, k0, k1, k15 } of readVectors<readonly Nonces[]>('crypto/rfc6979.json')) {
      count.ran()
      const digest = sha256(new TextEncoder().encode(message))
      const candidates = nonceCandidates(fromHex(d), digest)
      const nonces = Array.from({ length: 16 }, () => toHex(candidates.next().value))
      expect([nonces[0], nonces[1], nonces[15]]).toEqual([k0, k1, k15])
      const { x } = Point.BASE.multiply(BigInt(`0x${k0}`)).toAffine()
      const signature = sign(digest, fromHex(d), { prehash: false })
      expect(readNumber(signature)).toBe(x % GROUP_ORDER)
    }
  })
})
