import { describe, expect, test } from '@jest/globals'
import { checkWords, entropyOf, wordsOf } from '../src/keys/words.js'

const twelve = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('words', () => {
  test.each([
    ['with odd spacing', `  ${twelve.replaceAll(' ', '\t\r\n  ')}\n`],
    ['in capitals', twelve.toUpperCase()],
    ['behind a byte order mark', `\ufeff${twelve}`],
    ['with ideographic spaces', twelve.replaceAll(' ', '\u3000')],
  ])('%s are the same words', (_how, text) => {
    expect(wordsOf(entropyOf(text))).toBe(twelve)
  })

  test.each([
    ['one that is not in the list', twelve.replace('sausage', 'sausages'), 'word 6 is not in the list of BIP-0039'],
    ['two exchanged', twelve.replace('legal winner', 'winner legal'), 'the checksum in the last word does not fit'],
    ['another last word', twelve.replace('yellow', 'year'), 'the checksum in the last word does not fit'],
    ['one missing', twelve.replace(' yellow', ''), 'a wallet has 12 to 24 words, not 11'],
    ['one too many', `${twelve} yellow`, 'a wallet has 12 to 24 words, not 13'],
    ['none', ' \n', 'a wallet has 12 to 24 words, not 0'],
  ])('with %s are refused, and not repeated', (_how, text, message) => {
    let error: unknown
    try {
      checkWords(text)
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ name: 'WalletError', code: 'words', message: expect.stringContaining(message) })
    for (const word of text.split(' ').filter(Boolean)) expect(String(error)).not.toMatch(new RegExp(`\\b${word}\\b`))
  })

  test('of 24 are taken as well', () => {
    const words = wordsOf(new Uint8Array(32).fill(9))
    expect(entropyOf(words)).toEqual(new Uint8Array(32).fill(9))
  })
})
