import { createHmac } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createRpcClient, type Handlers, HttpError, RpcError, UnreachableError } from '../src/index.js'
import { createRpcServer, parseRpcAuth, type RpcServer, type RpcServerOptions } from '../src/server/index.js'

const running: RpcServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(server => server.stop()))
})

const salted = `bob:aa$${createHmac('sha256', 'aa').update('sesame').digest('hex')}`
const credentials = [{ user: 'alice', password: 'pass:word' }, parseRpcAuth(salted) ?? { user: '', password: '' }]

async function serve(handlers: Partial<Handlers> = {}, more: Partial<RpcServerOptions> = {}): Promise<RpcServer> {
  const bind = [{ host: '127.0.0.1', port: 0 }]
  const server = createRpcServer({ handlers: { getblockcount: () => 7, ...handlers }, credentials, bind, ...more })
  running.push(server)
  await server.start()
  return server
}

const urlOf = (server: RpcServer, path = '/'): string => `http://127.0.0.1:${server.addresses[0]?.port}${path}`
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
const count = '{"id":1,"method":"getblockcount"}'

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly authorization?: string | undefined
}

async function send(server: RpcServer, body: string | undefined, sent: Sent = {}): Promise<Response> {
  const { path = '/', method = 'POST' } = sent
  const authorization = 'authorization' in sent ? sent.authorization : basic('alice:pass:word')
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
  return fetch(urlOf(server, path), { method, headers, ...(body === undefined ? {} : { body }) })
}

const status = async (server: RpcServer, body: string | undefined, sent: Sent = {}): Promise<number> => {
  const response = await send(server, body, sent)
  await response.text()
  return response.status
}

describe('who may ask', () => {
  test('the owner of a password or of a salted hash', async () => {
    const server = await serve()
    expect(await status(server, count)).toBe(200)
    expect(await status(server, count, { authorization: basic('bob:sesame') })).toBe(200)
  })

  test('nobody else: 401, an empty body, and a pause after a wrong password', async () => {
    const wrong: string[] = []
    const server = await serve({}, { onWrongPassword: address => wrong.push(address) })
    const silent = await send(server, count, { authorization: undefined })
    expect([silent.status, await silent.text()]).toEqual([401, ''])
    expect(silent.headers.get('www-authenticate')).toBe('Basic realm="jsonrpc"')
    for (const authorization of [basic('alice:'), basic('carol:pass:word'), basic('alice'), 'Bearer x', 'Basic ###']) {
      const beganMs = performance.now()
      expect(await status(server, count, { authorization })).toBe(401)
      expect(performance.now() - beganMs).toBeGreaterThan(200)
    }
    expect(wrong).toEqual(Array(5).fill('127.0.0.1'))
  })

  test('not an address that is not on the list', async () => {
    expect(() => createRpcServer({ handlers: {}, credentials, bind: [], allowIps: ['10.0.0.0/40'] })).toThrow(
      'rpcallowip 10.0.0.0/40: not an IP, IP/BITS or IP/NETMASK',
    )
    const { createAllowList } = await import('../src/server/allow-list.js')
    const allowed = createAllowList(['10.1.0.0/16', '192.168.5.0/255.255.255.0', 'fd00::/8', '1.2.3.4'])
    const asked = ['127.5.5.5', '::1', '10.1.9.9', '::ffff:10.1.9.9', '192.168.5.77', 'fd01::2', '1.2.3.4']
    expect(asked.filter(address => !allowed(address))).toEqual([])
    expect(['10.2.0.1', '192.168.6.1', 'fe80::1', '1.2.3.5', '', 'x'].filter(allowed)).toEqual([])
  })
})

describe('what HTTP says', () => {
  test('answers are application/json and end in a newline', async () => {
    const response = await send(await serve(), count)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect([...response.headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([])
    expect(await response.text()).toBe('{"result":7,"error":null,"id":1}\n')
  })

  test.each<[string, number, string | undefined, Sent]>([
    ['a method that is not there', 404, '{"id":1,"method":"x"}', {}],
    ['a wrong request', 400, '{"id":1}', {}],
    ['a wrong argument', 500, '{"id":1,"method":"getblockcount","params":[1]}', {}],
    ['no JSON', 500, 'hello', {}],
    ['an endless nest', 500, '['.repeat(1_000_000), {}],
    ['a notification', 204, '{"jsonrpc":"2.0","method":"getblockcount"}', {}],
    ['GET', 405, undefined, { method: 'GET' }],
    ['PUT', 405, count, { method: 'PUT' }],
    ['what a browser asks before it posts from elsewhere', 405, undefined, { method: 'OPTIONS' }],
    ['another path', 404, count, { path: '/rest' }],
    ['a query', 200, count, { path: '/?x=1' }],
  ])('%s: %i', async (_, expected, body, sent) => expect(await status(await serve(), body, sent)).toBe(expected))

  test('a wallet’s path is for every method, and those about wallets hear its name', async () => {
    const server = await serve({ uptime: (_args, { user, wallet }) => `${user} ${wallet}` })
    expect(await status(server, count, { path: '/wallet/other' })).toBe(200)
    const answer = (path: string): Promise<unknown> =>
      send(server, '{"id":1,"method":"uptime"}', { path }).then(response => response.json())
    expect(await answer('/wallet/my%20wallet')).toMatchObject({ result: 'alice my wallet' })
    expect(await answer('/')).toMatchObject({ result: 'alice undefined' })
    expect(await status(server, count, { path: '/wallet/%ff' })).toBe(404)
  })

  test('a body over the limit is 413, announced or not', async () => {
    const server = await serve({}, { limits: { bodyBytes: 1000 } })
    expect(await status(server, count.padEnd(1000))).toBe(200)
    expect(await status(server, count.padEnd(1001))).toBe(413)
    expect(await unfinished(server, ['{', ' '.repeat(2000)])).toBe(413)
    expect(await status(server, count)).toBe(200)
  })

  test('when too many calls wait, the next is 503', async () => {
    const open: (() => void)[] = []
    const releaseAll = (): void => {
      for (const release of open) release()
    }
    const blocked = (): Promise<number> => new Promise(resolve => open.push(() => resolve(1)))
    const server = await serve({ uptime: blocked }, { limits: { atOnce: 1, queueDepth: 1 } })
    const uptime = '{"id":1,"method":"uptime"}'
    const all = Promise.all(
      [1, 2, 3].map(async () => {
        const answer = await status(server, uptime)
        releaseAll()
        return answer
      }),
    )
    const opener = setInterval(() => open.length > 1 && releaseAll(), 5)
    expect((await all).sort()).toEqual([200, 200, 503])
    clearInterval(opener)
  })
})

/** Status of the answer to a body that has not ended yet. */
function unfinished(server: RpcServer, parts: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: basic('alice:pass:word') }
    const sending = httpRequest(urlOf(server), { method: 'POST', headers }, response => {
      resolve(response.statusCode)
      sending.destroy()
    })
    sending.on('error', reject)
    for (const part of parts) sending.write(part)
  })
}

describe('connections', () => {
  test('one is kept for many calls', async () => {
    const server = await serve()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let i = 0; i < 5; i++) {
      await new Promise<void>(resolve => {
        const headers = { authorization: basic('alice:pass:word') }
        const sending = httpRequest(urlOf(server), { method: 'POST', agent, headers }, response => {
          ports.add(response.socket.localPort)
          response.resume().on('end', resolve)
        })
        sending.end(count)
      })
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })

  test('one that never says anything is closed, and so is one that sends rubbish', async () => {
    const server = await serve({}, { limits: { headersMs: 50, requestMs: 100, checkMs: 20 } })
    expect(await conversation(server, 'POST / HTTP/1.1\r\nhost: x\r\n')).toContain('408')
    expect(await conversation(server, '\x16\x03\x01\x00garbage\r\n\r\n')).toContain('400')
    expect(await conversation(server, `POST / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain('431')
    expect(await status(server, count)).toBe(200)
  })

  test('a body that does not come is not waited for', async () => {
    const server = await serve({}, { limits: { headersMs: 50, requestMs: 100, checkMs: 20 } })
    const head = `POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${basic('alice:pass:word')}\r\ncontent-length: 1000\r\n\r\n{`
    await conversation(server, head)
    expect(await status(server, count)).toBe(200)
  })

  test('one more than allowed is closed at once, and there is room again when one has gone', async () => {
    const server = await serve({}, { limits: { connections: 2 } })
    const open = (): Promise<Socket> =>
      new Promise(resolve => {
        const socket = connect(server.addresses[0]?.port as number, '127.0.0.1', () => resolve(socket))
      })
    const ended = (socket: Socket): Promise<void> =>
      new Promise(resolve => socket.resume().on('close', () => resolve()))
    const kept = [await open(), await open()]
    await ended(await open())
    for (const socket of kept) {
      socket.write('x\r\n\r\n')
      await ended(socket)
    }
    expect(await status(server, count)).toBe(200)
  })

  test('stop ends kept ones, lets a call under way finish and frees the port', async () => {
    const server = await serve({
      stop: async () => {
        setImmediate(() => void server.stop())
        await new Promise(resolve => setTimeout(resolve, 50))
        return 'stopping'
      },
    })
    const port = server.addresses[0]?.port as number
    const idle = connect(port, '127.0.0.1')
    const ended = new Promise(resolve => idle.on('close', resolve))
    const response = await send(server, '{"id":1,"method":"stop"}')
    expect(((await response.json()) as { result: string }).result).toBe('stopping')
    await ended
    await server.stop()
    const again = createServer()
    await new Promise<void>((resolve, reject) => again.once('error', reject).listen(port, '127.0.0.1', resolve))
    await new Promise(resolve => again.close(resolve))
  })

  test('a port in use makes start fail, and the other ports are free again', async () => {
    const first = await serve()
    const taken = first.addresses[0]?.port as number
    const bind = [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: taken },
    ]
    const second = createRpcServer({ handlers: {}, credentials, bind })
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(second.addresses).toEqual([])
  })
})

function conversation(server: RpcServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(server.addresses[0]?.port as number, '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.on('data', chunk => (answer += chunk.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('client', () => {
  const clientOf = (url: string, password = 'pass:word') =>
    createRpcClient({ url, authorization: { user: 'alice', password } })

  test('calls, gets results and the raw text of results', async () => {
    const { amount } = await import('../src/index.js')
    const server = await serve({ getmempoolinfo: () => ({ total_fee: amount(5_000_000_000n) }) })
    const client = clientOf(urlOf(server))
    expect(await client.call('getblockcount')).toBe(7)
    expect(await client.callRaw('getmempoolinfo', [])).toBe('{"total_fee":50.00000000}')
    expect(await client.call('getmempoolinfo', {})).toEqual({ total_fee: 50 })
  })

  test('tells refusals apart', async () => {
    const server = await serve()
    const url = urlOf(server)
    const failed = (answer: Promise<unknown>): Promise<unknown> =>
      answer.then(
        () => undefined,
        error => error,
      )
    expect(await failed(clientOf(url).call('nosuch'))).toEqual(new RpcError(-32601, 'Method not found'))
    expect(await failed(clientOf(url, 'x').call('getblockcount'))).toMatchObject({ status: 401, name: 'HttpError' })
    expect(await failed(clientOf(`${url}rest`).call('getblockcount'))).toBeInstanceOf(HttpError)
    server.setWarmup('Loading…')
    expect(await failed(clientOf(url).call('getblockcount'))).toMatchObject({ code: -28, message: 'Loading…' })
    await server.stop()
    const gone = await failed(clientOf(url).call('getblockcount'))
    expect(gone).toBeInstanceOf(UnreachableError)
    expect((gone as Error).message).toBe(`no node answers at ${url}: ECONNREFUSED`)
  })
})
