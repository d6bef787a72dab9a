import { describe, expect, test } from '@jest/globals'
import { checkArguments, findMethod, type Method, methodTable, parseJson, RpcError } from '../src/index.js'

const check = (name: string, params: string): unknown => checkArguments(findMethod(name) as Method, parseJson(params))

function failure(name: string, params: string): { code: number; message: string } {
  try {
    check(name, params)
  } catch (error) {
    if (error instanceof RpcError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error(`${name} ${params} was taken`)
}

describe('arguments in order', () => {
  test.each([
    ['getblockhash', '[5]', { height: 5 }],
    ['getblock', '["ab"]', { blockhash: 'ab', verbosity: 1 }],
    ['getblock', '["ab", true]', { blockhash: 'ab', verbosity: 1 }],
    ['getblock', '["ab", false]', { blockhash: 'ab', verbosity: 0 }],
    ['getblock', '["ab", null]', { blockhash: 'ab', verbosity: 1 }],
    ['sendrawtransaction', '["00", 0.00012345]', { hexstring: '00', maxfeerate: 12345n, maxburnamount: 0n }],
    [
      'sendrawtransaction',
      '["00", "0.5", 21e6]',
      { hexstring: '00', maxfeerate: 50000000n, maxburnamount: 2100000000000000n },
    ],
    ['sendrawtransaction', '["00"]', { hexstring: '00', maxfeerate: 10000000n, maxburnamount: 0n }],
    ['disconnectnode', '["", 3]', { address: '', nodeid: 3 }],
    ['getblockhash', '[2147483647]', { height: 2147483647 }],
    ['gettxout', '["ab", 4294967295]', { txid: 'ab', n: 4294967295, include_mempool: true }],
    ['generatetoaddress', '[1, "ab", 4294967296]', { nblocks: 1, address: 'ab', maxtries: 4294967296 }],
  ])('%s %s', (name, params, args) => expect(check(name, params)).toEqual(args))

  test.each([
    [
      'getblockhash',
      '["5"]',
      -3,
      'Wrong type passed:\n{\n    "Position 1 (height)": "JSON value of type string is not of expected type number"\n}',
    ],
    [
      'getblockhash',
      '[null]',
      -3,
      'Wrong type passed:\n{\n    "Position 1 (height)": "JSON value of type null is not of expected type number"\n}',
    ],
    ['getblockhash', '[1.5]', -1, 'JSON integer out of range'],
    ['getblockhash', '[99999999999999999999]', -1, 'JSON integer out of range'],
    ['getblockhash', '[2147483648]', -1, 'JSON integer out of range'],
    ['gettxout', '["ab", -1]', -1, 'JSON integer out of range'],
    ['gettxout', '["ab", 4294967296]', -1, 'JSON integer out of range'],
    ['generatetoaddress', '[1, "ab", -1]', -1, 'JSON integer out of range'],
    ['getblock', '["ab", "1"]', -3, 'JSON value of type string is not of expected type number'],
    [
      'setnetworkactive',
      '[1]',
      -3,
      'Wrong type passed:\n{\n    "Position 1 (state)": "JSON value of type number is not of expected type bool"\n}',
    ],
    [
      'testmempoolaccept',
      '["00"]',
      -3,
      'Wrong type passed:\n{\n    "Position 1 (rawtxs)": "JSON value of type string is not of expected type array"\n}',
    ],
    ['sendrawtransaction', '["00", true]', -3, 'Amount is not a number or string'],
    ['sendrawtransaction', '["00", 0.000000001]', -3, 'Invalid amount'],
    ['sendrawtransaction', '["00", "1 "]', -3, 'Invalid amount'],
    ['sendrawtransaction', '["00", "1e999"]', -3, 'Invalid amount'],
    ['sendrawtransaction', '["00", -1]', -3, 'Amount out of range'],
  ])('%s %s is error %i', (name, params, code, message) => expect(failure(name, params)).toEqual({ code, message }))

  test('every wrong position is named', () => {
    expect(failure('getblockheader', '[1, "x"]').message).toBe(
      'Wrong type passed:\n{\n    "Position 1 (blockhash)": "JSON value of type number is not of expected type string",\n    "Position 2 (verbose)": "JSON value of type string is not of expected type bool"\n}',
    )
  })
})

describe('named arguments', () => {
  test.each([
    ['getblock', '{"blockhash": "ab", "verbosity": 2}', { blockhash: 'ab', verbosity: 2 }],
    ['getblock', '{"verbose": 0, "blockhash": "ab"}', { blockhash: 'ab', verbosity: 0 }],
    ['getblock', '{"args": ["ab"], "verbosity": 2}', { blockhash: 'ab', verbosity: 2 }],
    ['disconnectnode', '{"nodeid": 4}', { address: undefined, nodeid: 4 }],
    ['getrawtransaction', '{"txid": "ab", "blockhash": "cd"}', { txid: 'ab', verbosity: 0, blockhash: 'cd' }],
  ])('%s %s', (name, params, args) => expect(check(name, params)).toEqual(args))

  test.each([
    ['getblockhash', '{"hoehe": 1}', 'Unknown named parameter hoehe'],
    [
      'getblockhash',
      '{"args": [1], "height": 1}',
      'Parameter height specified twice both as positional and named argument',
    ],
    [
      'getblock',
      '{"args": ["a", 1], "verbose": 1}',
      'Parameter verbosity|verbose specified twice both as positional and named argument',
    ],
    ['getblockhash', '{"height": 1, "height": 2}', 'Parameter height specified multiple times'],
    ['getblockhash', '{"args": 5}', 'Unknown named parameter args'],
    ['getblockhash', '{"constructor": 5}', 'Unknown named parameter constructor'],
  ])('%s %s is error -8', (name, params, message) => expect(failure(name, params)).toEqual({ code: -8, message }))
})

describe.each(methodTable.map(row => [row.name, row as Method] as const))('%s', (name, row) => {
  const tooMany = `[${row.params.map(() => 'null').join(',')}${row.params.length > 0 ? ',' : ''}null]`

  test('a wrong number of arguments is answered with the help', () => {
    const { code, message } = failure(name, tooMany)
    expect(code).toBe(-1)
    expect(message.split(/[ \n]/, 1)).toEqual([name])
    if (row.params.some(param => !param.optional)) expect(failure(name, '[]').code).toBe(-1)
  })

  test('an argument of a wrong type is refused with -3', () => {
    row.params.forEach((param, i) => {
      if (param.type === 'any') return
      const given = row.params.map((_, at) => (at === i ? (param.type === 'object' ? '[]' : '{}') : 'null'))
      const names = [param.name, ...(param.aliases ?? [])].join('|')
      const { code, message } = failure(name, `[${given.join(',')}]`)
      const expected = message.includes(`Position ${i + 1} (${names})`) || message.includes('Position 1')
      expect([param.name, code, expected || param.type === 'verbosity' || param.type === 'amount']).toEqual([
        param.name,
        -3,
        true,
      ])
    })
  })

  test('optional arguments come last and every row explains itself', () => {
    const firstOptional = row.params.findIndex(param => param.optional)
    if (firstOptional >= 0) expect(row.params.slice(firstOptional).every(param => param.optional)).toBe(true)
    expect(row.about).toMatch(/\.$/)
    expect(row.result.length).toBeGreaterThan(0)
    expect(row.examples.length).toBeGreaterThan(0)
  })
})
