import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { killAllProcesses, TestProcess } from '../src/child-processes.js'
import { canRead, removeTempDirs, tempDir } from '../src/folders.js'
import { seededRandom } from '../src/random.js'
import { callRpc, RpcCallError } from '../src/rpc-call.js'
import { freePort, waitFor, withDeadline } from '../src/waiting.js'

const node = (script: string, input?: string): TestProcess =>
  new TestProcess(process.execPath, ['-e', script], input === undefined ? {} : { input })

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const FOREVER = 'setInterval(() => {}, 1e6); console.log("up")'

afterEach(killAllProcesses)

describe('a child process', () => {
  test('ends with its code and what it printed, having read its input', async () => {
    const script =
      'process.stdin.on("data", d => { console.log("got " + d); console.error("note"); process.exitCode = 3 })'
    expect(await node(script, 'word').ended).toEqual({
      code: 3,
      signal: undefined,
      stdout: 'got word\n',
      stderr: 'note\n',
    })
  })

  test('tells whole lines, past and future ones, however they are cut', async () => {
    const child = node(
      'process.stdout.write("on"); setImmediate(() => { console.log("e\\ntwo"); setInterval(() => {}, 1e6) })',
    )
    expect(await child.line(line => line === 'two')).toBe('two')
    expect(await child.line(line => line.startsWith('o'))).toBe('one')
  })

  test('that ends before its line came says what it wrote to standard error', async () => {
    await expect(node('console.error("no such thing")').line(() => true)).rejects.toThrow(/no such thing/)
  })

  test('stops at SIGTERM, and at SIGKILL when it will not', async () => {
    const willing = node(FOREVER)
    await willing.line(() => true)
    expect(await willing.stop()).toMatchObject({ signal: 'SIGTERM' })
    const stubborn = node(`process.on("SIGTERM", () => {}); ${FOREVER}`)
    await stubborn.line(() => true)
    expect(await stubborn.stop(50)).toMatchObject({ signal: 'SIGKILL' })
  })

  test('is gone after killAllProcesses', async () => {
    const child = node(FOREVER)
    await child.line(() => true)
    expect(isAlive(child.pid)).toBe(true)
    await killAllProcesses()
    expect(isAlive(child.pid)).toBe(false)
  })

  test('that cannot be started rejects', async () => {
    await expect(new TestProcess('/no/such/command', [], {}).ended).rejects.toThrow(/ENOENT/)
  })
})

describe('waiting', () => {
  test('resolves with the first answer, failures before it included', async () => {
    let asked = 0
    const answer = await waitFor(() => {
      asked++
      if (asked === 1) throw new Error('not up')
      return asked > 2 && asked
    }, 5000)
    expect(answer).toBe(3)
  })

  test('names what did not come, and the last failure', async () => {
    const failing = (): never => {
      throw new Error('refused')
    }
    await expect(waitFor(failing, 10, 'the node')).rejects.toThrow(/the node did not come within 10 ms: .*refused/)
    await expect(withDeadline(new Promise(() => undefined), 10, 'the block')).rejects.toThrow(/the block/)
    expect(await withDeadline(Promise.resolve(1), 1000)).toBe(1)
  })

  test('a free port can be listened on', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    await new Promise(done => server.once('listening', done))
    const socket = connect(port, '127.0.0.1')
    await new Promise(done => socket.once('connect', done))
    socket.destroy()
    await new Promise(done => server.close(done))
  })
})

describe('folders', () => {
  test('temporary ones are empty, differ, and go', () => {
    const [a, b] = [tempDir(), tempDir()]
    expect(a).not.toBe(b)
    writeFileSync(join(a, 'file'), 'x')
    removeTempDirs()
    expect([existsSync(a), existsSync(b)]).toEqual([false, false])
  })

  test('public ones are skipped when unset, unless they are required', () => {
    const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { RAISTONE_CHAINS: chains, RAISTONE_REQUIRE_VECTORS: required } = process.env
    try {
      delete process.env.RAISTONE_CHAINS
      delete process.env.RAISTONE_REQUIRE_VECTORS
      expect(canRead('chains')).toBe(false)
      expect(told.mock.calls).toEqual([['skipped: RAISTONE_CHAINS is not set\n']])
      process.env.RAISTONE_REQUIRE_VECTORS = '1'
      expect(() => canRead('chains')).toThrow(/RAISTONE_CHAINS/)
      process.env.RAISTONE_CHAINS = '/somewhere'
      expect(canRead('chains')).toBe(true)
    } finally {
      told.mockRestore()
      restore('RAISTONE_CHAINS', chains)
      restore('RAISTONE_REQUIRE_VECTORS', required)
    }
  })
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

describe('a JSON-RPC call', () => {
  test('carries user and password, gives the result, and turns errors into RpcCallError', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        asked.push(`${request.headers.authorization} ${body}`)
        const { method } = JSON.parse(body) as { method: string }
        if (method === 'plain') response.writeHead(401).end('no')
        else if (method === 'bad') response.writeHead(500).end('{"result":null,"error":{"code":-8,"message":"bad"}}')
        else response.end('{"result":7,"error":null}')
      })
    }).listen(0, '127.0.0.1')
    await new Promise(done => server.once('listening', done))
    const access = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, credentials: 'u:p' }
    try {
      expect(await callRpc(access, 'good', [1, 'a'])).toBe(7)
      expect(asked[0]).toContain(`Basic ${btoa('u:p')}`)
      expect(asked[0]).toContain('"params":[1,"a"]')
      const failure = await callRpc(access, 'bad', []).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(RpcCallError)
      expect(failure).toMatchObject({ code: -8 })
      await expect(callRpc(access, 'plain', [])).rejects.toThrow(/HTTP 401/)
    } finally {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    }
  })
})

test('seeded numbers repeat for a seed, differ between seeds and lie in [0, 1)', () => {
  const draw = (seed: number): number[] => Array.from({ length: 100 }, seededRandom(seed))
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(3).every(n => n >= 0 && n < 1)).toBe(true)
  expect(Math.max(...draw(4)) - Math.min(...draw(4))).toBeGreaterThan(0.8)
})
