import { beforeAll, expect, test } from '@jest/globals'
import { getPublicKey } from '@noble/secp256k1'
import { fromHex } from '../src/codec/hex.js'
import type { Curve } from '../src/curve/curve.js'
import { isLowS, isStrictDer, parseDerLax } from '../src/curve/der.js'
import { sha256 } from '../src/hash/hash.js'
import { agreed, allCurves } from './support/curves.js'
import { readVectors, readVectorText, vectorSuite } from './support/vectors.js'

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

interface SignCases {
  readonly valid: readonly { readonly d: string; readonly m: string; readonly signature: string }[]
}

vectorSuite('curve vectors', () => {
  let curves: readonly Curve[]
  beforeAll(async () => {
    curves = await allCurves()
  })

  test('BIP-0340, messages of 32 bytes', () => {
    const rows = readVectorText('crypto/bip340.csv').trim().split(/\r?\n/).slice(1)
    let seen = 0
    for (const row of rows) {
      const [index, , key = '', , message = '', signature = '', result] = row.split(',')
      if (message.length !== 64) continue
      seen++
      const answer = agreed(curves, curve => curve.verifySchnorr(fromHex(signature), fromHex(message), fromHex(key)))
      expect([index, answer]).toEqual([index, result === 'TRUE'])
    }
    expect(seen).toBeGreaterThan(10)
  })

  test.each([
    ['crypto/wycheproof_ecdsa_secp256k1_sha256_bitcoin.json', true],
    ['crypto/wycheproof_ecdsa_secp256k1_sha256.json', false],
  ])('%s', (path, lowOnly) => {
    for (const { publicKey, tests } of readVectors<Wycheproof>(path).testGroups) {
      const key = fromHex(publicKey.uncompressed)
      for (const { tcId, msg, sig, result } of tests) {
        const der = Uint8Array.from([...fromHex(sig), 1])
        const compact = isStrictDer(der) ? parseDerLax(fromHex(sig)) : undefined
        const wellFormed = compact !== undefined && (!lowOnly || isLowS(compact))
        const digest = sha256(fromHex(msg))
        const answer = wellFormed && agreed(curves, curve => curve.verifyEcdsa(compact, digest, key))
        expect([tcId, answer]).toEqual([tcId, result === 'valid'])
      }
    }
  })

  test('published ECDSA signatures hold', () => {
    const [, ...fast] = curves
    const cases = readVectors<SignCases>('crypto/ecdsa_rfc6979_sign.json').valid.slice(0, 100)
    for (const { d, m, signature } of cases) {
      const key = getPublicKey(fromHex(d))
      expect(agreed(fast, curve => curve.verifyEcdsa(fromHex(signature), fromHex(m), key))).toBe(true)
    }
  })

  test('strict DER', () => {
    const { canonical, noncanonical } =
      readVectors<Record<'canonical' | 'noncanonical', string[]>>('encoding/der_signatures.json')
    for (const hex of canonical) expect([hex, isStrictDer(fromHex(hex))]).toEqual([hex, true])
    const refused = noncanonical.filter(text => /^[0-9a-fA-F]+$/.test(text))
    // One row is strict DER with an undefined hash type, which the interpreter refuses and not the parser.
    const hasKnownHashType = (hex: string): boolean => [1, 2, 3].includes((fromHex(hex).at(-1) as number) & 0x7f)
    for (const hex of refused) expect([hex, isStrictDer(fromHex(hex)) && hasKnownHashType(hex)]).toEqual([hex, false])
    expect(refused.length).toBeGreaterThan(10)
  })
})
