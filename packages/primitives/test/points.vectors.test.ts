import { beforeAll, describe, expect, test } from '@jest/globals'
import { getPublicKey, getSharedSecret, Point } from '@noble/secp256k1'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { concatBytes } from '../src/codec/bytes.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import type { Curve } from '../src/curve/curve.js'
import { GROUP_ORDER, numberBytes } from '../src/curve/field.js'
import { agreed, allCurves } from './support/curves.js'

let curves: readonly Curve[]
beforeAll(async () => {
  curves = await allCurves()
})

interface Operation {
  readonly description?: string
  readonly P: string
  readonly Q: string
  readonly d: string
  readonly compress: boolean
  /** Null is the point at infinity. */
  readonly expected: string | null
}

type Operations = Readonly<Record<string, readonly Operation[]>>

interface PointVectors {
  readonly valid: Operations & { readonly isPoint: readonly { readonly P: string; readonly expected: boolean }[] }
  readonly invalid?: Operations
}

const pointAt = (hex: string): Point => Point.fromBytes(fromHex(hex))
const multipleOf = (point: Point, scalar: string): Point => point.multiply(BigInt(`0x${scalar}`))
const encoded = (point: Point): string | null => (point.is0() ? null : point.toHex(true))

/** The library that makes keys and signatures, asked to do each operation. */
const operations: Readonly<Record<string, (operation: Operation) => string | null>> = {
  pointAdd: ({ P, Q }) => encoded(pointAt(P).add(pointAt(Q))),
  pointAddScalar: ({ P, d }) => encoded(pointAt(P).add(multipleOf(Point.BASE, d))),
  pointMultiply: ({ P, d }) => encoded(multipleOf(pointAt(P), d)),
  pointCompress: ({ P, compress }) => pointAt(P).toHex(compress),
  pointFromScalar: ({ d }) => toHex(getPublicKey(fromHex(d))),
}

/** A key, with a signature that holds under it though nobody knows its private key: R = G + P makes r = s = digest. */
function forgedUnder(P: string): readonly [signature: Uint8Array, digest: Uint8Array, key: Uint8Array] {
  const sum = pointAt(P).add(Point.BASE)
  const r = numberBytes((sum.is0() ? 1n : sum.toAffine().x) % GROUP_ORDER)
  return [concatBytes(r, r), r, fromHex(P)]
}

/** P + dG as a tweak, which names P by its x and takes the even y: an odd P is turned over, and the sum with it. */
function asTweak({ P, d, expected }: Operation): readonly [Uint8Array, Uint8Array, Uint8Array, number] {
  const isOdd = P.startsWith('03')
  const tweak = isOdd ? numberBytes(GROUP_ORDER - BigInt(`0x${d}`)) : fromHex(d)
  const sumIsOdd = (expected as string).startsWith('03')
  return [fromHex(P.slice(2)), tweak, fromHex((expected as string).slice(2)), isOdd === sumIsOdd ? 0 : 1]
}

vectorSuite('crypto/secp256k1_points.json', count => {
  const { valid, invalid = {} } = readVectors<PointVectors>('crypto/secp256k1_points.json')
  const { isPoint = [], ...calculations } = valid

  test('which bytes are points, as keys on every tier', () => {
    const [noble, ...fast] = curves as [Curve, ...Curve[]]
    for (const { P, expected } of isPoint) {
      count.ran()
      if (expected) {
        const [signature, digest, key] = forgedUnder(P)
        expect([P, agreed(fast, curve => curve.verifyEcdsa(signature, digest, key))]).toEqual([P, true])
      } else {
        expect(() => pointAt(P)).toThrow()
        const one = numberBytes(1n)
        const holds = agreed([noble, ...fast], curve => curve.verifyEcdsa(concatBytes(one, one), one, fromHex(P)))
        expect([P, holds]).toEqual([P, false])
      }
    }
  })

  describe.each(Object.keys(operations))('%s', name => {
    const run = operations[name] as (operation: Operation) => string | null

    test('gives what is expected', () => {
      for (const operation of (calculations as Operations)[name] ?? []) {
        count.ran()
        expect({ ...operation, expected: run(operation) }).toEqual(operation)
      }
    })

    test('refuses what is no point and no scalar, and never tweaks to infinity', () => {
      for (const operation of invalid[name] ?? []) {
        count.ran()
        expect(() => run(operation) ?? infinity()).toThrow()
      }
    })
  })

  test('additions of a scalar are tweaks on every tier', () => {
    for (const operation of valid.pointAddScalar ?? []) {
      const [internal, tweak, output, parity] = asTweak(operation)
      const answers = [parity, 1 - parity].map(y =>
        agreed(curves, curve => curve.checkTapTweak(internal, tweak, output, y)),
      )
      expect([operation, ...answers]).toEqual([operation, true, false])
    }
  })
})

function infinity(): never {
  throw new RangeError('the point at infinity has no encoding')
}

interface Agreement {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number
      readonly public: string
      readonly private: string
      readonly shared: string
      readonly result: 'valid' | 'invalid' | 'acceptable'
    }[]
  }[]
}

/** The point of a key of this curve in its one DER form (SubjectPublicKeyInfo with the curve's name). */
function pointOfDer(hex: string): Uint8Array | undefined {
  const form = /^30(?:56|36)301006072a8648ce3d020106052b8104000a03(?:42|22)00(04.{128}|0[23].{64})$/
  const [, point] = form.exec(hex) ?? []
  return point === undefined ? undefined : fromHex(point)
}

vectorSuite('crypto/wycheproof_ecdh_secp256k1.json', count => {
  const sharedX = (privateKey: string, publicKey: string): string | undefined => {
    const point = pointOfDer(publicKey)
    if (!point) return undefined
    try {
      return toHex(getSharedSecret(numberBytes(BigInt(`0x${privateKey}`)), point).subarray(1))
    } catch {
      return undefined
    }
  }

  test('shared secrets', () => {
    const { testGroups } = readVectors<Agreement>('crypto/wycheproof_ecdh_secp256k1.json')
    for (const { tcId, public: publicKey, private: privateKey, shared, result } of testGroups.flatMap(
      ({ tests }) => tests,
    )) {
      count.ran()
      const found = sharedX(privateKey, publicKey)
      // Forms of a key that a reader may take or leave.
      const wanted = result === 'valid' || (result === 'acceptable' && found !== undefined) ? shared : undefined
      expect([tcId, found]).toEqual([tcId, wanted])
    }
  })
})
