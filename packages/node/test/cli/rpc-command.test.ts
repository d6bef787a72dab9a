import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Handlers, RpcError } from '@raistone/rpc'
import { createRpcServer, type RpcServer } from '@raistone/rpc/server'
import { freePort, removeTempDirs, tempDir } from '@raistone/testkit'
import { main } from '../../src/cli/main.js'
import type { Io } from '../../src/index.js'
import { cookieOf, startTestNode, stopTestNodes } from '../in-process.js'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly notes: string
}

async function raistone(words: readonly string[], input = '', env: Record<string, string> = {}): Promise<Outcome> {
  let [out, notes] = ['', '']
  const io: Io = {
    out: line => {
      out += `${line}\n`
    },
    note: line => {
      notes += `${line}\n`
    },
    interactive: false,
    terminal: false,
    env,
    ask: () => Promise.reject(new Error('asked')),
    askSecret: () => Promise.reject(new Error('asked')),
    input: async () => input,
  }
  const code = await main(['rpc', `-datadir=${tempDir()}`, '-regtest', ...words], io)
  return { code, out, notes }
}

const credentials = [{ user: 'anna', password: 'two words' }]
let server: RpcServer | undefined

/** A server that answers `getblockchaininfo` with this JSON value. */
async function serve(handlers: Partial<Handlers>, port = 0): Promise<string> {
  server = createRpcServer({ handlers, credentials, bind: [{ host: '127.0.0.1', port }] })
  await server.start()
  return `-rpcport=${server.addresses[0]?.port}`
}

const asAnna = ['-rpcuser=anna', '-rpcpassword=two words']

afterEach(async () => {
  await server?.stop()
  server = undefined
})
afterAll(async () => {
  await stopTestNodes()
  removeTempDirs()
})

describe('what is printed', () => {
  test.each<[string, Handlers['getblockchaininfo'], string]>([
    ['a string bare', () => 'a "b"\nc', 'a "b"\nc\n'],
    ['nothing for null', () => null, ''],
    ['a number as it came', () => 4.656542373906925e-10, '4.656542373906925e-10\n'],
    ['true', () => true, 'true\n'],
    ['empty lists and objects as bitcoin-cli', () => ({ a: [], b: {} }), '{\n  "a": [\n  ],\n  "b": {\n  }\n}\n'],
    ['an indent of two', () => ({ a: [1, { b: 'x' }] }), '{\n  "a": [\n    1,\n    {\n      "b": "x"\n    }\n  ]\n}\n'],
    ['an empty list', () => [], '[\n]\n'],
  ])('%s', async (_what, handler, text) => {
    const port = await serve({ getblockchaininfo: handler })
    expect(await raistone([port, ...asAnna, 'getblockchaininfo'])).toEqual({ code: 0, out: text, notes: '' })
  })

  test('with --json one JSON value, whatever it is', async () => {
    const port = await serve({ getblockchaininfo: () => 'x', uptime: () => null })
    expect((await raistone([port, ...asAnna, '--json', 'getblockchaininfo'])).out).toBe('"x"\n')
    expect((await raistone([port, ...asAnna, '--json', 'uptime'])).out).toBe('null\n')
    const failed = await raistone([port, ...asAnna, '--json', 'nothing'])
    expect(failed).toMatchObject({ code: 32601 & 255, out: '' })
    expect(JSON.parse(failed.notes)).toEqual({ error: { code: -32601, message: 'Method not found' } })
  })
})

describe('a call that fails', () => {
  test.each([
    [-8, 8],
    [-1, 1],
    [-26, 26],
    [-256, 1],
    [-32601, 89],
  ])('with code %i exits with %i', async (code, exit) => {
    const port = await serve({
      uptime: () => {
        throw new RpcError(code, 'two\nlines')
      },
    })
    expect(await raistone([port, ...asAnna, 'uptime'])).toEqual({
      code: exit,
      out: '',
      notes: `error code: ${code}\nerror message:\ntwo\nlines\n`,
    })
  })

  test('for want of a password, a node or sense exits with 1 or 2 and one line that holds no secret', async () => {
    const port = await serve({ uptime: () => 1 })
    const wrong = await raistone([port, '-rpcuser=anna', '-rpcpassword=hunter2', 'uptime'])
    expect(wrong).toMatchObject({ code: 1, notes: expect.stringContaining('authorization failed') })
    const absent = await raistone([`-rpcport=${await freePort()}`, ...asAnna, 'uptime'])
    expect(absent).toMatchObject({
      code: 1,
      notes: expect.stringMatching(/^raistone: no node answers at .*REFUSED\n$/),
    })
    expect(await raistone(['uptime'])).toMatchObject({ code: 1, notes: expect.stringContaining('no cookie file') })
    expect(await raistone([port, ...asAnna, 'getblockhash', 'x'])).toMatchObject({
      code: 1,
      notes: 'raistone: Error parsing JSON: x\n',
    })
    expect(await raistone([])).toMatchObject({ code: 2, notes: expect.stringContaining('needs a METHOD') })
    const url = await raistone(['--rpc=http://anna:hunter2@[bad/', 'uptime'])
    expect(url).toMatchObject({ code: 2, notes: expect.stringContaining('not a URL') })
    for (const { notes } of [wrong, url]) expect(notes).not.toContain('hunter2')
  })
})

describe('arguments and passwords', () => {
  const echo: Partial<Handlers> = { getblock: args => ({ ...args }) }
  const sent = async (words: string[], input = '', env = {}): Promise<unknown> =>
    JSON.parse((await raistone([await serve(echo), '--json', ...words], input, env)).out)

  test('in order, by name, from standard input', async () => {
    expect(await sent([...asAnna, 'getblock', '12', '0'])).toEqual({ blockhash: '12', verbosity: 0 })
    await server?.stop()
    expect(await sent([...asAnna, '-named', 'getblock', 'verbose=2', 'blockhash=a=b'])).toEqual({
      blockhash: 'a=b',
      verbosity: 2,
    })
    await server?.stop()
    expect(await sent([...asAnna, '-stdin', 'getblock'], 'two words\n2\n')).toEqual({
      blockhash: 'two words',
      verbosity: 2,
    })
  })

  test('the password from standard input, the environment or a URL', async () => {
    const ab = { blockhash: 'ab', verbosity: 1 }
    expect(await sent(['-rpcuser=anna', '-stdinrpcpass', '-stdin', 'getblock'], 'two words\nab\n')).toEqual(ab)
    await server?.stop()
    const env = { RAISTONE_RPCUSER: 'anna', RAISTONE_RPC_PASSWORD: 'two words' }
    expect(await sent(['getblock', 'ab'], '', env)).toEqual(ab)
    await server?.stop()
    const port = await serve(echo)
    const url = `--rpc=http://anna:two%20words@127.0.0.1:${port.split('=')[1]}`
    expect(JSON.parse((await raistone([url, 'getblock', 'ab'])).out)).toEqual(ab)
  })
})

describe('--rpcwait', () => {
  let port: number
  beforeEach(async () => {
    port = await freePort()
  })

  test('asks until the node answers and has started', async () => {
    const asking = raistone([`-rpcport=${port}`, ...asAnna, '-rpcwait', 'uptime'])
    await serve({ uptime: () => 5 }, port)
    server?.setWarmup('Loading…')
    setTimeout(() => server?.setWarmup(undefined), 700)
    expect(await asking).toEqual({ code: 0, out: '5\n', notes: '' })
  })

  test('gives up after -rpcwaittimeout', async () => {
    const words = [`-rpcport=${port}`, ...asAnna, '-rpcwait', '-rpcwaittimeout=1', 'uptime']
    expect(await raistone(words)).toMatchObject({ code: 1, notes: expect.stringContaining('no node answers') })
  })
})

describe('-getinfo', () => {
  let access: string[]
  beforeAll(async () => {
    const node = await startTestNode()
    const [user, password] = cookieOf(node).split(':')
    access = [`--rpc=${node.rpcUrl}`, `-rpcuser=${user}`, `-rpcpassword=${password}`]
  })

  test('is a summary for people', async () => {
    expect((await raistone([...access, '-getinfo'])).out).toMatch(
      /^Chain: regtest\nBlocks: 0\nHeaders: 0\nVerification progress: \d+\.\d{4}%\nDifficulty: 4\.656542373906925e-10\n\nNetwork: in 0, out 0, total 0\nVersion: \/Raistone:.*\/\nTime offset \(s\): 0\nProxies: n\/a\nMin tx relay fee rate \(BTC\/kvB\): 0\.00000100\n\nWarnings: \(none\)\n$/,
    )
  })

  test('or one object with the numbers as they came', async () => {
    const { out } = await raistone([...access, '-getinfo', '--json'])
    expect(out).toContain('"relayfee": 0.00000100')
    expect(JSON.parse(out)).toMatchObject({ chain: 'regtest', connections: 0 })
  })
})
