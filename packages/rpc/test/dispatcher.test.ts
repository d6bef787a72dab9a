import { describe, expect, test } from '@jest/globals'
import { amount, Dispatcher, type Handlers, RpcError } from '../src/index.js'

const handlers: Partial<Handlers> = {
  getblockcount: () => 7,
  getblockhash: ({ height }) => {
    if (height > 7) throw new RpcError(-8, 'Block height out of range')
    return `hash ${height}`
  },
  getmempoolinfo: () => ({ total_fee: amount(150_000_000n) }),
  uptime: () => {
    throw new TypeError('undefined is not a function')
  },
  submitblock: () => null,
}
const caller = { user: 'u' }

const ask = async (text: string, dispatcher = new Dispatcher(handlers)): Promise<[number, unknown]> => {
  const { status, text: answer } = await dispatcher.answer(text, caller)
  return [status, answer === undefined ? undefined : JSON.parse(answer)]
}

const error = (code: number, message: string) => ({ code, message })

describe('before JSON-RPC 2.0', () => {
  test.each([
    ['{"id":1,"method":"getblockcount"}', 200, { result: 7, error: null, id: 1 }],
    ['{"id":"x","jsonrpc":1.0,"method":"getblockcount","params":null}', 200, { result: 7, error: null, id: 'x' }],
    ['{"id":1,"jsonrpc":"1.0","method":"getblockcount","params":{}}', 200, { result: 7, error: null, id: 1 }],
    ['{"method":"submitblock","params":["00"]}', 200, { result: null, error: null }],
    [
      '{"id":1,"method":"getblockhash","params":[9]}',
      500,
      { result: null, error: error(-8, 'Block height out of range'), id: 1 },
    ],
    ['{"id":1,"method":"nosuch"}', 404, { result: null, error: error(-32601, 'Method not found'), id: 1 }],
    ['{"id":1,"method":"getpeerinfo"}', 404, { result: null, error: error(-32601, 'Method not found'), id: 1 }],
    ['{"id":1}', 400, { result: null, error: error(-32600, 'Missing method'), id: 1 }],
    ['{"id":1,"method":5}', 400, { result: null, error: error(-32600, 'Method must be a string'), id: 1 }],
    [
      '{"id":1,"method":"getblockcount","params":5}',
      400,
      { result: null, error: error(-32600, 'Params must be an array or object'), id: 1 },
    ],
    [
      '{"id":1,"jsonrpc":"3.0","method":"getblockcount"}',
      400,
      { result: null, error: error(-32600, 'JSON-RPC version not supported'), id: 1 },
    ],
    [
      '{"id":1,"jsonrpc":3,"method":"getblockcount"}',
      400,
      { result: null, error: error(-32600, 'jsonrpc field must be a string'), id: 1 },
    ],
    ['{', 500, { result: null, error: error(-32700, 'Parse error'), id: null }],
    ['', 500, { result: null, error: error(-32700, 'Parse error'), id: null }],
    ['5', 500, { result: null, error: error(-32700, 'Top-level object parse error'), id: null }],
  ])('%s', async (text, status, answer) => expect(await ask(text)).toEqual([status, answer]))

  test('members come in the order result, error, id and amounts have eight decimals', async () => {
    const { text } = await new Dispatcher(handlers).answer('{"method":"getmempoolinfo","id":0}', caller)
    expect(text).toBe('{"result":{"total_fee":1.50000000},"error":null,"id":0}')
  })
})

describe('JSON-RPC 2.0', () => {
  test.each([
    ['{"jsonrpc":"2.0","id":1,"method":"getblockcount"}', 200, { jsonrpc: '2.0', result: 7, id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"method":"submitblock","params":["00"]}', 200, { jsonrpc: '2.0', result: null, id: 1 }],
    [
      '{"jsonrpc":"2.0","id":1,"method":"nosuch"}',
      200,
      { jsonrpc: '2.0', error: error(-32601, 'Method not found'), id: 1 },
    ],
    ['{"jsonrpc":"2.0","id":1}', 400, { jsonrpc: '2.0', error: error(-32600, 'Missing method'), id: 1 }],
    ['{"jsonrpc":"2.0","method":5}', 400, { jsonrpc: '2.0', error: error(-32600, 'Method must be a string') }],
    [
      '{"jsonrpc":"2.0","id":1,"method":"getblockhash","params":[9]}',
      200,
      { jsonrpc: '2.0', error: error(-8, 'Block height out of range'), id: 1 },
    ],
    ['{"jsonrpc":"2.0","method":"getblockcount"}', 204, undefined],
    ['{"jsonrpc":"2.0","method":"nosuch"}', 204, undefined],
    ['{"jsonrpc":"2.0","id":null,"method":"getblockcount"}', 200, { jsonrpc: '2.0', result: 7, id: null }],
  ])('%s', async (text, status, answer) => expect(await ask(text)).toEqual([status, answer]))
})

describe('batches', () => {
  test('members are answered in order, each by its own version, notifications not at all', async () => {
    const members = [
      '{"id":1,"method":"getblockcount"}',
      '{"jsonrpc":"2.0","method":"getblockcount"}',
      '5',
      '{"jsonrpc":"2.0","id":2,"method":"x"}',
    ]
    expect(await ask(`[${members.join(',')}]`)).toEqual([
      200,
      [
        { result: 7, error: null, id: 1 },
        { result: null, error: error(-32600, 'Invalid Request object'), id: null },
        { jsonrpc: '2.0', error: error(-32601, 'Method not found'), id: 2 },
      ],
    ])
  })

  test('an empty one is answered with an empty list, one of notifications with nothing', async () => {
    expect(await ask('[]')).toEqual([200, []])
    expect(await ask('[{"jsonrpc":"2.0","method":"getblockcount"}]')).toEqual([204, undefined])
  })

  test('a long one lets others have their turn', async () => {
    const batch = `[${Array.from({ length: 20_000 }, (_, id) => `{"id":${id},"method":"getblockhash","params":[1]}`).join(',')}]`
    let longestMs = 0
    let lastMs = performance.now()
    const watch = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs)
      lastMs = performance.now()
    }, 1)
    const [, answers] = await ask(batch)
    clearInterval(watch)
    expect(answers).toHaveLength(20_000)
    expect(longestMs).toBeLessThan(1000)
  })

  test('answers that grow too long are cut off', async () => {
    const dispatcher = new Dispatcher(handlers, { maxBatchAnswer: 100 })
    const [, answers] = await ask(`[${Array(9).fill('{"id":1,"method":"getblockcount"}').join(',')}]`, dispatcher)
    expect((answers as { error: unknown }[]).at(-1)?.error).toEqual(
      error(-32603, 'The answers to this batch are too long'),
    )
  })
})

test('an error that is a bug is told to the owner and answered as internal', async () => {
  const bugs: unknown[] = []
  const dispatcher = new Dispatcher(handlers, { onBug: (method, bug) => bugs.push(method, bug) })
  expect(await ask('{"id":1,"method":"uptime"}', dispatcher)).toEqual([
    500,
    { result: null, error: error(-32603, 'Internal error: undefined is not a function'), id: 1 },
  ])
  expect(bugs).toEqual(['uptime', expect.any(TypeError)])
})

test('while the node warms up every call is refused with what it does', async () => {
  const dispatcher = new Dispatcher(handlers)
  dispatcher.setWarmup('Verifying blocks…')
  const refused = { result: null, error: error(-28, 'Verifying blocks…'), id: 1 }
  expect(await ask('{"id":1,"method":"nosuch"}', dispatcher)).toEqual([500, refused])
  dispatcher.setWarmup(undefined)
  expect((await ask('{"id":1,"method":"getblockcount"}', dispatcher))[0]).toBe(200)
})

describe('help', () => {
  const help = async (params: string): Promise<string> =>
    ((await ask(`{"method":"help","params":${params}}`))[1] as { result: string }).result

  test('lists what the node has handlers for', async () => {
    expect(await help('[]')).toBe(
      '== Blockchain ==\ngetblockcount\ngetblockhash height\ngetmempoolinfo\n\n== Control ==\nhelp ( "command" )\nuptime\n\n== Mining ==\nsubmitblock "hexdata" ( dummy )',
    )
  })

  test('explains one', async () => {
    expect(await help('["getblockhash"]')).toMatch(
      /^getblockhash height\n\n.*\n\nArguments:\n1\. height {4}\(numeric, required\)/,
    )
    expect(await help('["nosuch"]')).toBe('help: unknown command: nosuch')
  })
})
