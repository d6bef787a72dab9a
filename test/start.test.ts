import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { loadChain } from '@raistone/consensus/builtin'
import {
  BlockBuilder,
  type Ended,
  killAllProcesses,
  removeTempDirs,
  TestProcess,
  tempDir,
  waitFor,
  writeBlockFile,
} from '@raistone/testkit'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `npm start` in a process group of its own, as a terminal has it. */
function npmStart(home: string, ...args: readonly string[]): TestProcess {
  const env = { ...process.env, HOME: home, npm_config_update_notifier: 'false' }
  return new TestProcess('npm', ['start', '--', '--port=0', '--rpcport=0', ...args], { cwd: root, env, detached: true })
}

const shell = (line: string, home: string): Promise<Ended> =>
  new TestProcess('sh', ['-c', line], { cwd: root, env: { ...process.env, HOME: home } }).ended

const urlOf = async (start: TestProcess): Promise<string> =>
  /http\S+/.exec(await start.line(line => line.startsWith('JSON-RPC')))?.[0] as string

/** The commands that it prints, once the first coin can be spent. */
async function printedCommands(start: TestProcess): Promise<string[]> {
  await start.line(line => line.includes('Ctrl-C stops'))
  return start.stdout
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('npx'))
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise(done => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.on('error', () => done(false))
  })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What holds the data directory, as its lock file says. */
const holder = (home: string): { pid: number; peer: string } =>
  JSON.parse(readFileSync(join(home, '.raistone', 'devnet', '.lock'), 'utf8')) as { pid: number; peer: string }

/** A devnet of a time when its rules were others, with a wallet. */
function leaveOldDevnet(home: string): void {
  const old = join(home, '.raistone', 'devnet')
  mkdirSync(join(old, 'wallets', 'miner'), { recursive: true })
  writeFileSync(join(old, 'wallets', 'miner', 'wallet.json'), 'precious')
  writeFileSync(join(old, 'genesis.json'), JSON.stringify({ networkId: 'f00dfacef00dface', networkHash: 'f00d' }))
}

function expectOldDevnetKept(home: string, start: TestProcess): void {
  const moved = join(home, '.raistone', 'devnet.old-f00dfacef00dface')
  expect(start.stderr).toContain(`the old chain and its wallets are now in ${moved}; starting anew`)
  expect(readFileSync(join(moved, 'wallets', 'miner', 'wallet.json'), 'utf8')).toBe('precious')
  const genesis = readFileSync(join(home, '.raistone', 'devnet', 'genesis.json'), 'utf8')
  expect(genesis).not.toContain('f00dfacef00dface')
}

async function expectNothingLeft(home: string, pid: number, ports: readonly number[]): Promise<void> {
  await waitFor(() => !isAlive(pid), 10_000, 'the end of the node')
  expect(existsSync(join(home, '.raistone', 'devnet', '.lock'))).toBe(false)
  expect(existsSync(join(home, '.raistone', 'devnet', '.cookie'))).toBe(false)
  for (const port of ports) expect(await isOpen(port)).toBe(false)
}

/** Lines of the README's `sh` blocks. */
const readmeCommands = (): string[] =>
  [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    (block as string).trim().split('\n'),
  )

/** What `npx --no raistone` finds here. */
const command = join(root, 'node_modules', '.bin', 'raistone')

/** A node as the README starts it, on any ports; one of devnet in a directory of its own. */
async function readmeNode(line: string, home: string): Promise<TestProcess> {
  const elsewhere = line.includes('regtest') ? '' : ` --datadir=${tempDir()}`
  const words = `exec ${line} --port=0 --rpcport=0${elsewhere}`
  const node = new TestProcess('sh', ['-c', words], { cwd: root, env: { ...process.env, HOME: home } })
  await node.line(text => text.startsWith('cookie'))
  return node
}

const stops: readonly (readonly [string, (start: TestProcess, home: string) => Promise<unknown>])[] = [
  ['Ctrl-C to the group', async start => process.kill(-start.pid, 'SIGINT')],
  ['SIGTERM to npm', async start => start.signal('SIGTERM')],
  ['raistone rpc stop', (_start, home) => shell('npx --no raistone rpc stop', home)],
]

/** One story, told in order: a node is started where an old devnet lies, used, stopped, and started and stopped again. */
describe('npm start', () => {
  let home: string
  let start: TestProcess
  let history: string

  beforeAll(async () => {
    home = tempDir()
    leaveOldDevnet(home)
    start = npmStart(home)
    await urlOf(start)
  }, 60_000)

  afterAll(async () => {
    await killAllProcesses()
    removeTempDirs()
  })

  test('moves a devnet of other rules away and starts anew', () => expectOldDevnetKept(home, start))

  test('mines, and prints commands that work as printed', async () => {
    const commands = await printedCommands(start)
    expect(commands).toHaveLength(3)
    for (const printed of commands) expect(await shell(printed, home)).toMatchObject({ code: 0 })
    history = commands[2] as string
  }, 60_000)

  test('says what to do where one runs already', async () => {
    const second = await npmStart(home).ended
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('already running')
    expect(second.stderr).toMatch(/npx --no raistone node --chain devnet .*--addnode \/ip4\/127\.0\.0\.1/)
  }, 60_000)

  test('makes every command of the README work', async () => {
    const url = await urlOf(start)
    const own = join(home, 'own.json')
    const file = join(home, 'bootstrap.dat')
    writeFileSync(file, writeBlockFile(new BlockBuilder(loadChain('regtest')).mineMany(3).map(({ raw }) => raw)))
    let address = 'rdev1p6lnkkpxkp689kf5k495nvvvle4uyjsfts8y78u4munnxgf0sugssz3tt5e'
    let regtest: TestProcess | undefined
    for (const written of readmeCommands()) {
      const line = written
        .replace('npx --no raistone', command)
        .replace('ADDRESS', address)
        .replace('FILE', file)
        .replace('MULTIADDR', holder(home).peer)
        .replaceAll('own.json', own)
        .replace('http://127.0.0.1:17332/', url)
      // The two commands are this story, and the run it is part of.
      if (line === 'npm start' || line === 'npm test') continue
      if (line.startsWith(`${command} node `)) {
        const node = await readmeNode(line, home)
        // Only regtest's is asked for anything later on.
        if (line.includes('regtest')) regtest = node
        else await node.stop()
        continue
      }
      const done = await shell(line.includes('wallet create') ? `RAISTONE_WALLET_PASSPHRASE= ${line}` : line, home)
      expect({ line, code: done.code, stderr: done.code === 0 ? '' : done.stderr }).toEqual({
        line,
        code: 0,
        stderr: '',
      })
      if (line.includes('wallet address')) address = done.stdout.trim()
    }
    expect(await regtest?.stop()).toMatchObject({ code: 0 })
  }, 120_000)

  test('confirms the payment to the friend', async () => {
    await waitFor(
      async () => /\s\d+ {2}receive\s+1\.50000000/.test((await shell(history, home)).stdout),
      90_000,
      'the confirmed payment',
    )
  }, 100_000)

  let isStopped = false
  test.each(stops)(
    'ends by %s and leaves no process, lock or port',
    async (_name, stop) => {
      if (isStopped) start = npmStart(home)
      const rpcPort = Number(new URL(await urlOf(start)).port)
      const { pid, peer } = await waitFor(() => {
        const found = holder(home)
        return found.peer ? found : undefined
      }, 20_000)
      const ports = [rpcPort, Number(/tcp\/(\d+)/.exec(peer)?.[1])]
      for (const port of ports) expect(await isOpen(port)).toBe(true)
      await stop(start, home)
      await start.ended
      await expectNothingLeft(home, pid, ports)
      isStopped = true
    },
    60_000,
  )
})
