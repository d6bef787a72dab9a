import { expect, test } from '@jest/globals'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { fromHex, toHex } from '../src/codec/hex.js'
import { sipHash } from '../src/hash/sip-hash.js'

interface Macs {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number
      readonly key: string
      readonly msg: string
      readonly tag: string
      readonly result: string
    }[]
  }[]
}

/** The 64-bit result as it is sent, low byte first. */
function tagOf(key: Uint8Array, message: Uint8Array): string {
  const view = new DataView(new ArrayBuffer(8))
  sipHash(key, message).forEach((half, i) => {
    view.setUint32(4 * i, half, true)
  })
  return toHex(new Uint8Array(view.buffer))
}

vectorSuite('crypto/wycheproof_siphash_2_4.json', count => {
  test('tags are right, or are told to be wrong', () => {
    const { testGroups } = readVectors<Macs>('crypto/wycheproof_siphash_2_4.json')
    for (const { tcId, key, msg, tag, result } of testGroups.flatMap(({ tests }) => tests)) {
      count.ran()
      expect([tcId, tagOf(fromHex(key), fromHex(msg)) === tag]).toEqual([tcId, result === 'valid'])
    }
  })
})
