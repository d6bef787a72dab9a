import { expect, test } from '@jest/globals'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { fromHex, toHex } from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'

interface Seals {
  readonly testGroups: readonly {
    readonly tests: readonly (Readonly<Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'result', string>> & {
      readonly tcId: number
    })[]
  }[]
}

/** What the seal holds; undefined where it is broken or the nonce has another length than twelve bytes. */
function opened(key: string, iv: string, aad: string, sealed: string): string | undefined {
  try {
    return toHex(chacha20poly1305(fromHex(key), fromHex(iv), fromHex(aad)).decrypt(fromHex(sealed)))
  } catch {
    return undefined
  }
}

/** The cipher under the wallet's seal (which has longer nonces). */
vectorSuite('crypto/wycheproof_chacha20_poly1305.json', count => {
  test('seals are made, opened and told to be broken', () => {
    const { testGroups } = readVectors<Seals>('crypto/wycheproof_chacha20_poly1305.json')
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of testGroups.flatMap(({ tests }) => tests)) {
      count.ran()
      const isValid = result === 'valid'
      expect([tcId, opened(key, iv, aad, ct + tag)]).toEqual([tcId, isValid ? msg : undefined])
      if (!isValid) continue
      const sealed = chacha20poly1305(fromHex(key), fromHex(iv), fromHex(aad)).encrypt(fromHex(msg))
      expect([tcId, toHex(sealed)]).toEqual([tcId, ct + tag])
    }
  })
})
