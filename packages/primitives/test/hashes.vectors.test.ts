import { describe, expect, test } from '@jest/globals'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { fromHex, toHex } from '../src/codec/hex.js'
import { hash160, hash256, hash256Parts, ripemd160, sha256 } from '../src/hash/hash.js'

type Pair = readonly [message: string, digest: string]

interface Mac {
  readonly alg: 'sha256' | 'sha512'
  readonly key_hex: string
  readonly msg_hex: string
  readonly mac_hex: string
}

interface HashVectors extends Readonly<Record<string, readonly Pair[] | readonly Mac[]>> {
  readonly hmac: readonly Mac[]
}

const hashes: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = { ripemd160, sha1, sha256, sha512 }
const macHashes = { sha256: nobleSha256, sha512 } as const

vectorSuite('crypto/hashes.json', count => {
  const { hmac: macs = [], ...lists } = readVectors<HashVectors>('crypto/hashes.json')

  test.each(Object.entries(lists) as [string, readonly Pair[]][])('%s', (name, pairs) => {
    const [, ofNist, algorithm] = /^(?:(nist)_)?(\w+?)(?:_hex)?$/.exec(name) ?? []
    const hash = hashes[algorithm as string] as (bytes: Uint8Array) => Uint8Array
    for (const [message, digest] of pairs) {
      count.ran()
      const bytes = ofNist ? fromHex(message) : new TextEncoder().encode(message)
      expect([message, toHex(hash(bytes))]).toEqual([message, digest])
    }
  })

  test('hmac', () => {
    for (const { alg, key_hex, msg_hex, mac_hex } of macs) {
      count.ran()
      expect(toHex(hmac(macHashes[alg], fromHex(key_hex), fromHex(msg_hex)))).toBe(mac_hex)
    }
  })

  test('our hashes of hashes are made of these', () => {
    for (const [message] of (lists.sha256 ?? []) as readonly Pair[]) {
      const bytes = new TextEncoder().encode(message)
      expect(toHex(hash160(bytes))).toBe(toHex(ripemd160(nobleSha256(bytes))))
      expect(toHex(hash256(bytes))).toBe(toHex(nobleSha256(nobleSha256(bytes))))
      expect(hash256Parts(bytes.subarray(0, 7), bytes.subarray(7))).toEqual(hash256(bytes))
    }
  })
})

interface Wycheproof<T> {
  readonly testGroups: readonly {
    readonly tagSize: number
    readonly tests: readonly (T & { readonly tcId: number; readonly result: string })[]
  }[]
}

describe.each([
  ['crypto/wycheproof_hmac_sha256.json', 'sha256'],
  ['crypto/wycheproof_hmac_sha512.json', 'sha512'],
] as const)('message authentication codes', (path, name) => {
  vectorSuite(path, count => {
    test('are right, or are told to be wrong', () => {
      const { testGroups } = readVectors<Wycheproof<Record<'key' | 'msg' | 'tag', string>>>(path)
      for (const { tagSize, tests } of testGroups)
        for (const { tcId, key, msg, tag, result } of tests) {
          count.ran()
          const mac = hmac(macHashes[name], fromHex(key), fromHex(msg)).subarray(0, tagSize / 8)
          expect([tcId, toHex(mac) === tag]).toEqual([tcId, result === 'valid'])
        }
    })
  })
})

type Derivation = Readonly<Record<'ikm' | 'salt' | 'info' | 'okm', string>> & { readonly size: number }

vectorSuite('crypto/wycheproof_hkdf_sha256.json', count => {
  test('derived keys', () => {
    const { testGroups } = readVectors<Wycheproof<Derivation>>('crypto/wycheproof_hkdf_sha256.json')
    for (const { tcId, ikm, salt, info, size, okm, result } of testGroups.flatMap(({ tests }) => tests)) {
      count.ran()
      const derive = (): string => toHex(hkdf(nobleSha256, fromHex(ikm), fromHex(salt), fromHex(info), size))
      if (result === 'valid') expect([tcId, derive()]).toEqual([tcId, okm])
      else expect(derive).toThrow()
    }
  })
})
