import { describe, expect, test } from '@jest/globals'
import { paramsFromWords, WordError, writeJson } from '../src/index.js'

const sent = (method: string, words: string[], named = false): string =>
  writeJson(paramsFromWords(method, words, named))

describe('words in order', () => {
  test.each([
    ['getblockhash', ['5'], '[5]'],
    ['getblock', ['5', '2'], '["5",2]'],
    ['getblock', ['ab', 'true'], '["ab",true]'],
    ['sendrawtransaction', ['00', '0.10000000'], '["00",0.10000000]'],
    ['testmempoolaccept', ['["00"]'], '[["00"]]'],
    ['validateaddress', ['12'], '["12"]'],
    ['nosuch', ['1', 'x'], '["1","x"]'],
    ['getblockcount', ['1'], '["1"]'],
  ])('%s %j', (method, words, json) => expect(sent(method, words)).toBe(json))

  test.each([['x'], ['[1'], [''], ['01'], ['1 2']])('a word that should be JSON: %j', word => {
    expect(() => sent('getblockhash', [word])).toThrow(new WordError(`Error parsing JSON: ${word}`))
  })
})

describe('words with names', () => {
  test.each([
    ['getblock', ['blockhash=ab', 'verbosity=2'], '{"blockhash":"ab","verbosity":2}'],
    ['getblock', ['ab', 'verbose=true'], '{"verbose":true,"args":["ab"]}'],
    ['getblockhash', ['5'], '{"args":[5]}'],
    ['validateaddress', ['address=a=b'], '{"address":"a=b"}'],
    ['getblockhash', ['args=[5]'], '{"args":[5]}'],
    ['nosuch', ['x=1'], '{"x":"1"}'],
    ['getblockhash', ['height=1', 'height=2'], '{"height":2}'],
  ])('%s %j', (method, words, json) => expect(sent(method, words, true)).toBe(json))
})
