import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { amount, JsonError, MAX_JSON_DEPTH, memberTexts, parseJson, RawJson, writeJson } from '../src/index.js'

describe('writeJson', () => {
  test.each([
    [amount(0n), '0.00000000'],
    [amount(2_099_999_997_690_000n), '20999999.97690000'],
    [amount(-1n), '-0.00000001'],
    [4.6565423739069247e-10, '4.656542373906925e-10'],
    [0.1 + 0.2, '0.3'],
    [1, '1'],
    [-0, '0'],
    [1.5e300, '1.5e+300'],
    [0.00001234, '1.234e-05'],
    [0.0001234, '0.0001234'],
    [2n ** 70n, '1180591620717411303424'],
    [Number.NaN, 'null'],
    [undefined, 'null'],
    [{ a: 1, b: undefined, c: ['x', null, true] }, '{"a":1,"c":["x",null,true]}'],
  ])('%p is %s', (value, text) => expect(writeJson(value)).toBe(text))

  test('lays out with an indent as JSON.stringify does', () => {
    const value = { a: [1, { b: [] }], c: {}, d: 'x' }
    expect(writeJson(value, 4)).toBe(JSON.stringify(value, null, 4))
  })
})

describe('parseJson', () => {
  test('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        const text = JSON.stringify(value, null, 1)
        expect(JSON.parse(writeJson(parseJson(text)))).toEqual(JSON.parse(text))
      }),
      { numRuns: 300 },
    )
  })

  test('takes exactly the texts that JSON.parse takes', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\',
      '"',
      '1',
      '-',
      '01',
      '1.',
      '1e5',
      ' ',
      'true',
      'nul',
      '\\u00',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), pieces => {
        const text = pieces.join('')
        const takes = (parse: (text: string) => unknown): boolean => {
          try {
            parse(text)
            return true
          } catch {
            return false
          }
        }
        expect([text, takes(parseJson)]).toEqual([text, takes(JSON.parse)])
      }),
      { numRuns: 3000 },
    )
  })

  test('keeps numbers that are no small integers as they are written', () => {
    expect(parseJson('[0.10000000, 123456789012345678, 7]')).toEqual([
      new RawJson('0.10000000'),
      new RawJson('123456789012345678'),
      7,
    ])
  })

  test('has a limit of depth and no other way to fail', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(nested(MAX_JSON_DEPTH))).toBeDefined()
    expect(() => parseJson(nested(5_000_000))).toThrow(JsonError)
  })

  test('a member called __proto__ is a member', () => {
    const value = parseJson('{"__proto__": {"x": 1}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect((value as { x?: number }).x).toBeUndefined()
  })
})

test('memberTexts gives the members as they were written', () => {
  const members = memberTexts(' { "result" : {"v": 1.50000000, "s":"a\\"}"} ,"error":null}')
  expect([...members]).toEqual([
    ['result', '{"v": 1.50000000, "s":"a\\"}"}'],
    ['error', 'null'],
  ])
  expect(() => memberTexts('[]')).toThrow(JsonError)
})
