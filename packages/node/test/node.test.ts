import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, spawnRaistone, startNodeProcess, tempDir } from '@raistone/testkit'
import { CliError, configFromWords, silentLog, startNode } from '../src/index.js'
import { cookieOf, post, startTestNode, stopTestNodes } from './in-process.js'

afterEach(async () => {
  await stopTestNodes()
  await killAllProcesses()
})
afterAll(removeTempDirs)

const listening = (port = 0): Promise<Server> =>
  new Promise((done, failed) => {
    const server = createServer().on('error', failed)
    server.listen(port, '127.0.0.1', () => done(server))
  })
const closed = (server: Server): Promise<void> => new Promise(done => server.close(() => done()))
const portOf = (server: Server): number => (server.address() as { port: number }).port

/** Why a node did not start. */
const refusal = (words: readonly string[]): Promise<unknown> =>
  startTestNode(words).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a start that fails', () => {
  test('half way leaves no lock, cookie or port, and the next one works', async () => {
    const datadir = tempDir()
    const taken = await listening()
    const free = await listening()
    const port = portOf(free)
    await closed(free)
    const error = await refusal([`--datadir=${datadir}`, `--port=${port}`, `--rpcport=${portOf(taken)}`])
    expect(error).toMatchObject({ code: 1, message: expect.stringMatching(/^port for JSON-RPC .* is in use: /) })
    for (const name of ['.lock', '.cookie', '.cookie.tmp'])
      expect(existsSync(join(datadir, 'regtest', name))).toBe(false)
    await closed(await listening(port))
    await closed(taken)
    await startTestNode([`--datadir=${datadir}`])
  })

  test('does not take the cookie file of another node', async () => {
    const shared = `--rpccookiefile=${join(tempDir(), 'cookie')}`
    const first = await startTestNode([shared])
    const cookie = cookieOf(first)
    expect(await refusal([shared, `--rpcport=${new URL(first.rpcUrl as string).port}`])).toBeInstanceOf(CliError)
    expect(cookieOf(first)).toBe(cookie)
  })

  test.each([
    [['--rpcallowip=foo'], 2, '--rpcallowip foo: not an IP, IP/BITS or IP/NETMASK'],
    [['--addnode=a:b:c'], 2, '--addnode a:b:c: not HOST, HOST:PORT or a TCP multiaddr'],
    [['--bind=192.0.2.1'], 1, 'is not on this machine: choose another with --bind'],
    [['--rpcbind=192.0.2.1'], 1, 'is not on this machine: choose another with --rpcbind'],
    [['--rpccookiefile=/nowhere/at/all'], 1, 'cannot write cookie file /nowhere/at/all'],
    [['--mine'], 2, '--mine needs --mine-to ADDRESS'],
  ])('%j is one clear line', async (words, code, message) => {
    const error = await refusal(words)
    expect(error).toBeInstanceOf(CliError)
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('because the log cannot be written lets the directory go', async () => {
    const datadir = tempDir()
    const config = configFromWords(['-regtest', `--datadir=${datadir}`, '--port=0', '--rpcport=0', '--par=1'])
    await (await startNode(config, { log: silentLog })).stop()
    const log = join(datadir, 'regtest', 'debug.log')
    mkdirSync(log)
    await expect(startNode(config)).rejects.toThrow(`cannot write the log ${log}`)
    await (await startNode(config, { log: silentLog })).stop()
  })
})

describe('a node', () => {
  test('takes a password with or without a name, and the cookie all the same', async () => {
    const datadir = tempDir()
    const node = await startTestNode(['--rpcpassword=hunter2', `--datadir=${datadir}`])
    const uptime = '{"method":"uptime"}'
    const cookie = readFileSync(join(datadir, 'regtest', '.cookie'), 'utf8')
    expect((await post(node, uptime, ':hunter2')).status).toBe(200)
    expect((await post(node, uptime, cookie)).status).toBe(200)
    expect(await post(node, uptime, 'x:hunter2')).toEqual({ status: 401, contentType: null, text: '' })
  })

  test('writes no secret into its log', async () => {
    const datadir = tempDir()
    const words = ['--rpcuser=anna', '--rpcpassword=hunter2', '--debug=1', '--printtoconsole=0', `--datadir=${datadir}`]
    const node = await startTestNode(words, {})
    const cookie = readFileSync(join(datadir, 'regtest', '.cookie'), 'utf8').split(':')[1] as string
    for (const pair of ['anna:hunter2', 'anna:hunter3']) await post(node, '{"method":"uptime"}', pair)
    await stopTestNodes()
    const log = readFileSync(join(datadir, 'regtest', 'debug.log'), 'utf8')
    expect(log).toContain('"msg":"wrong password"')
    expect(log).not.toContain('hunter3')
    expect(log).not.toContain(cookie)
    expect(log).not.toContain('hunter2')
    expect(log).not.toContain(readFileSync(join(datadir, 'regtest', 'node.key'), 'utf8').trim())
  })

  test('that is told to stop while it starts, stops', async () => {
    const stopping = new AbortController()
    stopping.abort()
    const datadir = tempDir()
    const starting = startTestNode([`--datadir=${datadir}`], { log: silentLog, signal: stopping.signal })
    await expect(starting).rejects.toMatchObject({ code: 'ended' })
    expect(existsSync(join(datadir, 'regtest', '.lock'))).toBe(false)
  })
})

describe('raistone node', () => {
  test('says in one JSON line where it is, ends with 0 however often it is asked, and survives a kill', async () => {
    const datadir = tempDir()
    const first = await startNodeProcess({ datadir, args: ['--par=1', '--printtoconsole=0'] })
    expect(first.ready).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      chain: 'regtest',
      networkId: expect.stringMatching(/^[0-9a-f]{16}$/),
      peerId: expect.stringMatching(/^12D3/),
      multiaddrs: [expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3/)],
      rpc: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
      cookie: join(datadir, 'regtest', '.cookie'),
      pid: first.process.pid,
    })
    await first.kill()
    expect(existsSync(join(datadir, 'regtest', '.lock'))).toBe(true)
    const second = await startNodeProcess({ datadir, args: ['--par=1', '--printtoconsole=0'] })
    expect(second.peerId).toBe(first.peerId)
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'] as const) second.process.signal(signal)
    const ended = await second.process.ended
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    for (const name of ['.lock', '.cookie']) expect(existsSync(join(datadir, 'regtest', name))).toBe(false)
  }, 60_000)

  test('that nobody listens to any more goes on', async () => {
    const child = spawnRaistone(['node', '-regtest', `--datadir=${tempDir()}`, '--port=0', '--rpcport=0', '--par=1'])
    const cookie = (await child.line(line => line.startsWith('cookie'))).split(/\s+/)[1] as string
    const url = (await child.line(line => line.startsWith('JSON-RPC'))).split(/\s+/)[1] as string
    child.closeStderr()
    const ask = (method: string): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        body: `{"method":"${method}"}`,
        headers: { authorization: `Basic ${btoa(readFileSync(cookie, 'utf8'))}` },
      })
    for (let i = 0; i < 3; i++) {
      await fetch(url, { method: 'POST', body: '{}', headers: { authorization: `Basic ${btoa('a:b')}` } })
    }
    expect((await ask('uptime')).status).toBe(200)
    expect((await ask('stop')).status).toBe(200)
    expect((await child.ended).code).toBe(0)
  }, 60_000)
})
