import { expect, test } from '@jest/globals'
import { type AddressVersions, addressToScript, scriptToAddress } from '../src/address/address.js'
import { decodeBase58, encodeBase58 } from '../src/address/base58check.js'
import { type Bech32Variant, bech32Variant, splitBech32 } from '../src/address/bech32.js'
import { decodeWif, encodeWif } from '../src/address/wif.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import { readVectors, vectorSuite } from './support/vectors.js'

const test3: AddressVersions & { privateKey: number } = { pubkeyHash: 111, scriptHash: 196, hrp: 'tb', privateKey: 239 }
const chains: Readonly<Record<string, typeof test3>> = {
  main: { pubkeyHash: 0, scriptHash: 5, hrp: 'bc', privateKey: 128 },
  test: test3,
  testnet4: test3,
  signet: test3,
  regtest: { ...test3, hrp: 'bcrt' },
}

type KeyRow = readonly [
  string,
  string,
  { chain: string; isPrivkey: boolean; isCompressed?: boolean; tryCaseFlip?: boolean },
]

const scriptOf = (text: string, versions: AddressVersions): string | undefined => {
  const found = addressToScript(text, versions)
  return 'error' in found ? undefined : toHex(found.script)
}

const hasVariant = (text: string, variant: Bech32Variant): boolean => {
  const parts = splitBech32(text)
  return typeof parts !== 'string' && bech32Variant(parts) === variant
}

const flipCase = (text: string): string =>
  [...text].map(c => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('')

vectorSuite('address vectors', () => {
  test('key_io_valid', () => {
    for (const row of readVectors<(KeyRow | readonly [string])[]>('encoding/key_io_valid.json')) {
      if (row.length === 1) continue
      const [text, payload, meta] = row
      const versions = chains[meta.chain] as typeof test3
      if (meta.isPrivkey) {
        const key = { key: fromHex(payload), compressed: meta.isCompressed === true }
        expect(decodeWif(text, versions.privateKey)).toEqual(key)
        expect(encodeWif(key, versions.privateKey)).toBe(text)
        expect(scriptOf(text, versions)).toBeUndefined()
      } else {
        expect([text, scriptOf(text, versions)]).toEqual([text, payload])
        expect(scriptToAddress(fromHex(payload), versions)).toBe(text)
        expect(scriptOf(flipCase(text), versions)).toBe(meta.tryCaseFlip ? payload : undefined)
        expect(decodeWif(text, versions.privateKey)).toBeUndefined()
      }
    }
  })

  test('key_io_invalid', () => {
    for (const [text] of readVectors<[string][]>('encoding/key_io_invalid.json'))
      for (const versions of Object.values(chains)) {
        expect([text, scriptOf(text, versions)]).toEqual([text, undefined])
        expect(decodeWif(text, versions.privateKey)).toBeUndefined()
      }
  })

  test('base58_encode_decode', () => {
    for (const [hex, text] of readVectors<[string, string][]>('encoding/base58_encode_decode.json')) {
      expect(encodeBase58(fromHex(hex))).toBe(text)
      expect(toHex(decodeBase58(text, 256) as Uint8Array)).toBe(hex.toLowerCase())
    }
  })

  test('bech32 and bech32m strings', () => {
    const all = readVectors<Record<string, readonly (string | [string, string])[]>>('encoding/bech32.json')
    for (const variant of ['bech32', 'bech32m'] as const) {
      for (const text of all[`${variant}_valid`] ?? [])
        expect([text, hasVariant(text as string, variant)]).toEqual([text, true])
      for (const [text] of all[`${variant}_invalid`] ?? [])
        expect([text, hasVariant(text as string, variant)]).toEqual([text, false])
    }
  })

  test('segwit addresses of BIP-0350', () => {
    const all = readVectors<Record<string, readonly [string, string][]>>('encoding/bech32.json')
    const versionsFor = (text: string): AddressVersions =>
      text.toLowerCase().startsWith('tb') ? test3 : (chains.main as typeof test3)
    for (const [text, script] of all.segwit_address_valid_bip350 ?? []) {
      expect([text, scriptOf(text, versionsFor(text))]).toEqual([text, script])
      expect(scriptToAddress(fromHex(script), versionsFor(text))).toBe(text.toLowerCase())
    }
    for (const [text] of all.segwit_address_invalid_bip350 ?? [])
      expect([text, scriptOf(text, versionsFor(text))]).toEqual([text, undefined])
  })
})
