import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AddressVersions, addressToScript, scriptToAddress } from '../../src/address/address.js'
import { decodeBase58, encodeBase58, encodeBase58Check } from '../../src/address/base58check.js'
import { fromFiveBits, toFiveBits } from '../../src/address/bech32.js'
import { decodeSegwit, encodeSegwit, witnessProgramScript } from '../../src/address/segwit.js'
import { decodeWif, encodeWif } from '../../src/address/wif.js'
import { formatAmount, parseAmount } from '../../src/amount.js'
import { concatBytes } from '../../src/codec/bytes.js'
import { DecodeError } from '../../src/codec/decode-error.js'
import { fromDisplayHex, fromHex, toDisplayHex, toHex } from '../../src/codec/hex.js'
import { GROUP_ORDER, numberBytes } from '../../src/curve/field.js'
import { bytesOf } from './arbitraries.js'

const main: AddressVersions = { pubkeyHash: 0, scriptHash: 5, hrp: 'bc' }

const p2pkh = bytesOf(20).map(hash => concatBytes(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac)))
const p2sh = bytesOf(20).map(hash => concatBytes(Uint8Array.of(0xa9, 20), hash, Uint8Array.of(0x87)))
const version0 = fc.constantFrom(20, 32).chain(bytesOf)
const later = fc.tuple(fc.integer({ min: 1, max: 16 }), fc.uint8Array({ minLength: 2, maxLength: 40 }))
const programs = fc.oneof(
  version0.map(program => ({ version: 0, program })),
  later.map(([version, program]) => ({ version, program })),
)
const scripts = fc.oneof(p2pkh, p2sh, programs.map(witnessProgramScript))

/** Any text at all, halves of characters included. */
const anyText = fc
  .array(fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff })), { maxLength: 100 })
  .map(codes => String.fromCharCode(...codes))

const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl -é'
/** Text with a few letters replaced, put in, taken out or exchanged, or its case changed. */
const mistyped = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const slip = fc.record({
    how: fc.constantFrom('replace', 'insert', 'remove', 'swap', 'upper', 'lower'),
    at: fc.nat(),
    letter: fc.constantFrom(...letters),
  })
  const apply = (text: string, { how, at, letter }: { how: string; at: number; letter: string }): string => {
    const from = at % (text.length + 1)
    if (how === 'upper') return text.toUpperCase()
    if (how === 'lower') return text.toLowerCase()
    if (how === 'insert') return text.slice(0, from) + letter + text.slice(from)
    if (how === 'remove') return text.slice(0, from) + text.slice(from + 1)
    if (how === 'replace') return text.slice(0, from) + letter + text.slice(from + 1)
    return text.slice(0, from) + text.slice(from + 1, from + 2) + text.slice(from, from + 1) + text.slice(from + 2)
  }
  return fc
    .tuple(texts, fc.array(slip, { minLength: 1, maxLength: 3 }))
    .map(([text, slips]) => slips.reduce(apply, text))
}

describe('hex', () => {
  test('comes back in both orders', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        expect(fromHex(toHex(bytes))).toEqual(bytes)
        expect(fromDisplayHex(toDisplayHex(bytes))).toEqual(bytes)
        expect(toDisplayHex(bytes)).toBe(toHex(bytes.slice().reverse()))
      }),
    )
  })

  test('of either case is taken and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(mistyped(fc.uint8Array({ maxLength: 20 }).map(toHex)), anyText), text => {
        try {
          expect(toHex(fromHex(text))).toBe(text.toLowerCase())
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
          expect(/^([0-9a-fA-F]{2})*$/.test(text)).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('addresses', () => {
  test('mistyped are refused by an error, or are the address of what they give', () => {
    fc.assert(
      fc.property(mistyped(scripts.map(script => scriptToAddress(script, main) as string)), text => {
        const found = addressToScript(text, main)
        if ('error' in found) {
          expect(found.error.length).toBeGreaterThan(0)
          for (const at of found.locations ?? []) expect(at).toBeLessThan(text.length)
        } else {
          const own = scriptToAddress(found.script, main)
          expect([text.trim(), text.trim().toLowerCase()]).toContain(own)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('of witness programs of any prefix come back', () => {
    fc.assert(
      fc.property(programs, fc.constantFrom('bc', 'tb', 'bcrt', 'rdev'), (program, prefix) => {
        expect(decodeSegwit(encodeSegwit(prefix, program), prefix)).toEqual(program)
        expect(fromFiveBits(toFiveBits(program.program))).toEqual(program.program)
      }),
    )
  })

  test('are never any text, and any text is answered', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('', 'bc1', '1', '3'), (text, start) => {
        expect(addressToScript(start + text, main)).toHaveProperty('error')
      }),
      { numRuns: 300 },
    )
  })
})

describe('base58', () => {
  test('of any text, if it has bytes, is the only text of them', () => {
    fc.assert(
      fc.property(fc.oneof(mistyped(bytesOf(20).map(encodeBase58)), anyText), text => {
        const bytes = decodeBase58(text, 60)
        if (bytes) expect(encodeBase58(bytes)).toBe(text.replace(/^[ \f\n\r\t\v]+|[ \f\n\r\t\v]+$/g, ''))
      }),
      { numRuns: 300 },
    )
  })
})

describe('WIF', () => {
  const keys = fc.bigInt({ min: 1n, max: GROUP_ORDER - 1n }).map(numberBytes)
  const wif = fc.record({ key: keys, compressed: fc.boolean() })

  test('gives key and form back, and on its own chain only', () => {
    fc.assert(
      fc.property(wif, value => {
        const text = encodeWif(value, 128)
        expect(decodeWif(text, 128)).toEqual(value)
        expect(decodeWif(text, 239)).toBeUndefined()
      }),
    )
  })

  test('mistyped, or of bytes that are no key, is refused', () => {
    fc.assert(
      fc.property(mistyped(wif.map(value => encodeWif(value, 128))), text => {
        const found = decodeWif(text, 128)
        if (found) expect(encodeWif(found, 128)).toBe(text.trim())
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), payload => {
        const found = decodeWif(encodeBase58Check(concatBytes(Uint8Array.of(128), payload)), 128)
        if (found) expect(encodeWif(found, 128)).toBe(encodeBase58Check(concatBytes(Uint8Array.of(128), payload)))
      }),
      { numRuns: 300 },
    )
  })
})

test('amounts are printed with eight decimals and read back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.string(), (sats, text) => {
      expect(parseAmount(formatAmount(sats))).toBe(sats)
      expect(formatAmount(-sats)).toBe(sats === 0n ? formatAmount(sats) : `-${formatAmount(sats)}`)
      expect(parseAmount(`${formatAmount(sats)}1`)).toBeUndefined()
      const read = parseAmount(text)
      if (read !== undefined) expect(Number(formatAmount(read))).toBe(Number(text))
    }),
  )
})
