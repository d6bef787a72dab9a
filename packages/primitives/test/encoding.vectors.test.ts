import { describe, expect, test } from '@jest/globals'
import { readCaseRows, readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { addressToScript, scriptToAddress } from '../src/address/address.js'
import { decodeBase58, encodeBase58 } from '../src/address/base58check.js'
import { type Bech32Variant, bech32Data, bech32Variant, encodeBech32, splitBech32 } from '../src/address/bech32.js'
import { decodeWif, encodeWif } from '../src/address/wif.js'
import { fromHex, toHex } from '../src/codec/hex.js'

interface Versions {
  readonly pubkeyHash: number
  readonly scriptHash: number
  readonly privateKey: number
  readonly hrp: string
}

const main: Versions = { pubkeyHash: 0, scriptHash: 5, privateKey: 128, hrp: 'bc' }
const test3: Versions = { pubkeyHash: 111, scriptHash: 196, privateKey: 239, hrp: 'tb' }
const chains: Readonly<Record<string, Versions>> = {
  main,
  test: test3,
  testnet4: test3,
  signet: test3,
  regtest: { ...test3, hrp: 'bcrt' },
}

const scriptOf = (text: string, versions: Versions): string | undefined => {
  const found = addressToScript(text, versions)
  return 'error' in found ? undefined : toHex(found.script)
}

interface KeyMeta {
  readonly chain: string
  readonly isPrivkey: boolean
  readonly isCompressed?: boolean
  readonly tryCaseFlip?: boolean
}

const flipCase = (text: string): string =>
  [...text].map(c => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('')

vectorSuite('encoding/key_io_valid.json', count => {
  const rows = readCaseRows<readonly [string, string, KeyMeta]>('encoding/key_io_valid.json')
  const versionsOf = ({ chain }: KeyMeta): Versions => chains[chain] as Versions

  test('private keys', () => {
    for (const [text, payload, meta] of rows.filter(([, , { isPrivkey }]) => isPrivkey)) {
      count.ran()
      const versions = versionsOf(meta)
      const key = { key: fromHex(payload), compressed: meta.isCompressed === true }
      expect(decodeWif(text, versions.privateKey)).toEqual(key)
      expect(encodeWif(key, versions.privateKey)).toBe(text)
      expect(scriptOf(text, versions)).toBeUndefined()
    }
  })

  test('addresses', () => {
    for (const [text, payload, meta] of rows.filter(([, , { isPrivkey }]) => !isPrivkey)) {
      count.ran()
      const versions = versionsOf(meta)
      expect([text, scriptOf(text, versions)]).toEqual([text, payload])
      expect(scriptToAddress(fromHex(payload), versions)).toBe(text)
      expect(scriptOf(flipCase(text), versions)).toBe(meta.tryCaseFlip ? payload : undefined)
      expect(decodeWif(text, versions.privateKey)).toBeUndefined()
    }
  })
})

vectorSuite('encoding/key_io_invalid.json', count => {
  test('neither an address nor a key of any chain', () => {
    for (const [text] of readVectors<[string][]>('encoding/key_io_invalid.json')) {
      count.ran()
      for (const versions of Object.values(chains)) {
        expect([text, scriptOf(text, versions)]).toEqual([text, undefined])
        expect(decodeWif(text, versions.privateKey)).toBeUndefined()
      }
    }
  })
})

vectorSuite('encoding/base58_encode_decode.json', count => {
  test('base58 in both directions', () => {
    for (const [hex, text] of readVectors<[string, string][]>('encoding/base58_encode_decode.json')) {
      count.ran()
      expect(encodeBase58(fromHex(hex))).toBe(text)
      expect(toHex(decodeBase58(text, 256) as Uint8Array)).toBe(hex.toLowerCase())
    }
  })
})

type Pair = readonly [text: string, scriptOrReason: string]

interface Bech32Vectors {
  readonly bech32_valid: readonly string[]
  readonly bech32_invalid: readonly Pair[]
  readonly bech32m_valid: readonly string[]
  readonly bech32m_invalid: readonly Pair[]
  readonly segwit_address_valid_bip350: readonly Pair[]
  readonly segwit_address_invalid_bip350: readonly Pair[]
  readonly segwit_address_valid_bip173_only_v0_still_valid: readonly Pair[]
  readonly segwit_address_invalid_bip173: readonly Pair[]
}

vectorSuite('encoding/bech32.json', count => {
  const all = readVectors<Bech32Vectors>('encoding/bech32.json')

  describe.each(['bech32', 'bech32m'] as const)('strings of %s', variant => {
    const variantOf = (text: string): Bech32Variant | undefined => {
      const parts = splitBech32(text)
      return typeof parts === 'string' ? undefined : bech32Variant(parts)
    }

    test('valid', () => {
      for (const text of all[`${variant}_valid`]) {
        count.ran()
        expect([text, variantOf(text)]).toEqual([text, variant])
        const parts = splitBech32(text)
        if (typeof parts === 'string') continue
        expect(encodeBech32(parts.prefix, bech32Data(parts), variant)).toBe(text.toLowerCase())
      }
    })

    test('invalid', () => {
      for (const [text, reason] of all[`${variant}_invalid`]) {
        count.ran()
        expect([text, reason, variantOf(text) === variant]).toEqual([text, reason, false])
      }
    })
  })

  describe('witness addresses', () => {
    const versionsFor = (text: string): Versions => (text.toLowerCase().startsWith('tb') ? test3 : main)

    test('valid', () => {
      for (const [text, script] of all.segwit_address_valid_bip350) {
        count.ran()
        expect([text, scriptOf(text, versionsFor(text))]).toEqual([text, script])
        expect(scriptToAddress(fromHex(script), versionsFor(text))).toBe(text.toLowerCase())
      }
    })

    test('of BIP-0173, of which BIP-0350 kept version 0', () => {
      for (const [text, script] of all.segwit_address_valid_bip173_only_v0_still_valid) {
        count.ran()
        const kept = script.startsWith('00') ? script : undefined
        expect([text, scriptOf(text, versionsFor(text))]).toEqual([text, kept])
      }
    })

    test('invalid', () => {
      for (const [text, reason] of [...all.segwit_address_invalid_bip350, ...all.segwit_address_invalid_bip173]) {
        count.ran()
        const found = [main, test3].map(versions => scriptOf(text, versions))
        expect([text, reason, ...found]).toEqual([text, reason, undefined, undefined])
      }
    })
  })
})
