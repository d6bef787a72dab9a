import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AddressVersions, addressToScript, scriptToAddress } from '../src/address/address.js'
import { decodeBase58, decodeBase58Check, encodeBase58Check } from '../src/address/base58check.js'
import { encodeBech32, toFiveBits } from '../src/address/bech32.js'
import { encodeSegwit, parseWitnessProgram, witnessProgramScript } from '../src/address/segwit.js'
import { decodeWif, encodeWif } from '../src/address/wif.js'
import { concatBytes } from '../src/codec/bytes.js'
import { fromHex, toHex } from '../src/codec/hex.js'

const main: AddressVersions = { pubkeyHash: 0, scriptHash: 5, hrp: 'bc' }
const other: AddressVersions = { pubkeyHash: 111, scriptHash: 196, hrp: 'bcrt' }
const errorOf = (text: string, versions = main): string | undefined => {
  const found = addressToScript(text, versions)
  return 'error' in found ? found.error : undefined
}

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const scripts = fc.oneof(
  bytesOf(20).map(hash => concatBytes(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac))),
  bytesOf(20).map(hash => concatBytes(Uint8Array.of(0xa9, 20), hash, Uint8Array.of(0x87))),
  fc.constantFrom(20, 32).chain(n => bytesOf(n).map(program => witnessProgramScript({ version: 0, program }))),
  fc
    .tuple(fc.integer({ min: 1, max: 16 }), fc.uint8Array({ minLength: 2, maxLength: 40 }))
    .map(([version, program]) => witnessProgramScript({ version, program })),
)

describe('addresses', () => {
  test('every script with an address comes back from it, and from no other chain', () => {
    fc.assert(
      fc.property(scripts, script => {
        const address = scriptToAddress(script, main) as string
        expect(addressToScript(address, main)).toEqual({ script })
        expect(errorOf(address, other)).toBeDefined()
      }),
      { numRuns: 200 },
    )
  })

  test('other scripts have none', () => {
    for (const hex of ['', '6a', '51', '0014', `0015${'00'.repeat(21)}`, `5129${'00'.repeat(41)}`, `5101aa`, `60`])
      expect(scriptToAddress(fromHex(hex), main)).toBeUndefined()
    expect(scriptToAddress(fromHex('51024e73'), main)).toBe('bc1pfeessrawgf')
  })

  test('any text is answered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), text => {
        expect(errorOf(text)).toBeDefined()
        expect(errorOf(`bc1${text}`)).toBeDefined()
      }),
    )
  })

  const program = new Uint8Array(20).fill(7)
  const values = (version: number, bytes: Uint8Array): number[] => [version, ...toFiveBits(bytes)]
  const good = encodeSegwit('bc', { version: 0, program })
  const base58 = encodeBase58Check(concatBytes(Uint8Array.of(0), program))

  test.each([
    ['empty', '', 'Invalid checksum or length for Base58 address (P2PKH or P2SH)'],
    ['not base58', '0OIl', 'Invalid or unsupported Segwit (Bech32) or Base58 encoding.'],
    [
      'another version',
      encodeBase58Check(concatBytes(Uint8Array.of(9), program)),
      'Invalid or unsupported Base58-encoded address.',
    ],
    [
      'too short',
      encodeBase58Check(concatBytes(Uint8Array.of(5), program.subarray(1))),
      'Invalid length for Base58 address (P2PKH or P2SH)',
    ],
    ['damaged', `${base58.slice(0, -1)}1`, 'Invalid checksum or length for Base58 address (P2PKH or P2SH)'],
    ['mixed case', good.replace('q', 'Q'), 'Invalid character or mixed case'],
    ['too long', `bc1${'q'.repeat(90)}`, 'Bech32 string too long'],
    ['no separator', 'bcqqqqqq', 'Missing separator'],
    ['no room for a checksum', 'bc1qqqqq', 'Invalid separator position'],
    ['a letter outside the alphabet', good.replace(/.$/, 'b'), 'Invalid Base 32 character'],
    ['no data', encodeBech32('bc', [], 'bech32'), 'Empty Bech32 data section'],
    [
      'a longer prefix',
      encodeSegwit('bcrt', { version: 0, program }),
      'Invalid or unsupported prefix for Segwit (Bech32) address (expected bc, got bcrt).',
    ],
    [
      'version 0 as bech32m',
      encodeBech32('bc', values(0, program), 'bech32m'),
      'Version 0 witness address must use Bech32 checksum',
    ],
    [
      'version 1 as bech32',
      encodeBech32('bc', values(1, program), 'bech32'),
      'Version 1+ witness address must use Bech32m checksum',
    ],
    [
      'version 0 of 21 bytes',
      encodeBech32('bc', values(0, new Uint8Array(21)), 'bech32'),
      'Invalid Bech32 v0 address program size (21 bytes), per BIP141',
    ],
    [
      'version 1 of 1 byte',
      encodeBech32('bc', values(1, new Uint8Array(1)), 'bech32m'),
      'Invalid Bech32 address program size (1 byte)',
    ],
    ['version 17', encodeBech32('bc', values(17, program), 'bech32m'), 'Invalid Bech32 address witness version'],
    ['padding', encodeBech32('bc', [...values(0, program), 0], 'bech32'), 'Invalid padding in Bech32 data section'],
  ])('%s is refused in Core’s words', (_, text, error) => {
    expect(errorOf(text)).toBe(error)
  })

  test('one or two wrong characters are named', () => {
    const wrong = (at: readonly number[]): string =>
      [...good].map((letter, i) => (at.includes(i) ? (letter === 'x' ? 'y' : 'x') : letter)).join('')
    expect(addressToScript(wrong([10]), main)).toEqual({ error: 'Invalid Bech32 checksum', locations: [10] })
    expect(addressToScript(wrong([8, 30]), main)).toEqual({ error: 'Invalid Bech32 checksum', locations: [8, 30] })
    expect(addressToScript(wrong([5, 6, 7, 8, 9]), main)).toMatchObject({
      error: expect.stringMatching(/^Invalid .*checksum$/),
    })
  })

  test('blanks around base58 and upper-case bech32 are taken, as in Core', () => {
    expect(errorOf(` ${base58}\n`)).toBeUndefined()
    expect(errorOf(good.toUpperCase())).toBeUndefined()
  })
})

test('base58 keeps leading zeroes and its limit', () => {
  expect(decodeBase58('1111', 4)).toEqual(new Uint8Array(4))
  expect(decodeBase58('1111', 3)).toBeUndefined()
  expect(decodeBase58('1'.repeat(1_000_000), 100)).toBeUndefined()
  expect(decodeBase58Check('', 10)).toBeUndefined()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      expect(decodeBase58Check(encodeBase58Check(bytes), bytes.length)).toEqual(bytes)
    }),
  )
})

test('WIF holds a key and its form, and nothing that is no key', () => {
  const key = new Uint8Array(32).fill(3)
  for (const compressed of [true, false]) {
    const text = encodeWif({ key, compressed }, 128)
    expect(decodeWif(text, 128)).toEqual({ key, compressed })
    expect(decodeWif(text, 239)).toBeUndefined()
  }
  expect(decodeWif(encodeWif({ key: new Uint8Array(32), compressed: true }, 128), 128)).toBeUndefined()
  expect(decodeWif(encodeWif({ key: key.fill(255), compressed: true }, 128), 128)).toBeUndefined()
  expect(decodeWif('', 128)).toBeUndefined()
})

test('a witness program is one version and one push of 2 to 40 bytes', () => {
  expect(parseWitnessProgram(fromHex('5102abcd'))).toEqual({ version: 1, program: fromHex('abcd') })
  for (const hex of ['5103abcd', '4f02abcd', '6102abcd', `00${toHex(new Uint8Array(42).fill(41))}`])
    expect(parseWitnessProgram(fromHex(hex))).toBeUndefined()
})
