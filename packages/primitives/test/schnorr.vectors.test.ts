import { beforeAll, expect, test } from '@jest/globals'
import { schnorr } from '@noble/secp256k1'
import { readVectorText } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { fromHex, toHex } from '../src/codec/hex.js'
import type { Curve } from '../src/curve/curve.js'
import { agreed, allCurves } from './support/curves.js'

interface Row {
  readonly index: string
  /** Empty where the row is to be verified only. */
  readonly secretKey: string
  readonly publicKey: string
  readonly auxRand: string
  readonly message: string
  readonly signature: string
  readonly holds: boolean
}

function readRow(line: string): Row {
  const [index = '', secretKey = '', publicKey = '', auxRand = '', message = '', signature = '', result] =
    line.split(',')
  return { index, secretKey, publicKey, auxRand, message, signature, holds: result === 'TRUE' }
}

vectorSuite('crypto/bip340.csv', count => {
  const [, ...lines] = readVectorText('crypto/bip340.csv').trim().split(/\r?\n/)
  const rows = lines.map(readRow)
  let curves: readonly Curve[]
  beforeAll(async () => {
    curves = await allCurves()
  })

  /** Transactions sign 32 bytes, so that is all that the tiers take; what signs for them takes any length. */
  const isDigest = ({ message }: Row): boolean => message.length === 64

  test('messages of 32 bytes, on every tier', () => {
    for (const { index, publicKey, message, signature, holds } of rows.filter(isDigest)) {
      count.ran()
      const [bytes, digest, key] = [fromHex(signature), fromHex(message), fromHex(publicKey)]
      expect([index, agreed(curves, curve => curve.verifySchnorr(bytes, digest, key))]).toEqual([index, holds])
    }
  })

  test('messages of other lengths', () => {
    for (const row of rows.filter(row => !isDigest(row))) {
      count.ran()
      const { index, publicKey, message, signature, holds } = row
      expect([index, schnorr.verify(fromHex(signature), fromHex(message), fromHex(publicKey))]).toEqual([index, holds])
    }
  })

  test('signatures are made as published', () => {
    for (const { index, secretKey, publicKey, auxRand, message, signature } of rows) {
      if (secretKey === '') continue
      const secret = fromHex(secretKey)
      const made = toHex(schnorr.sign(fromHex(message), secret, fromHex(auxRand)))
      expect([index, toHex(schnorr.getPublicKey(secret)), made]).toEqual([
        index,
        publicKey.toLowerCase(),
        signature.toLowerCase(),
      ])
    }
  })
})
