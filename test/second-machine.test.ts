import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from '@jest/globals'
import { killAllProcesses, raistoneLauncher, removeTempDirs, TestProcess, tempDir, waitFor } from '@raistone/testkit'

const names = [`raistone-a-${process.pid}`, `raistone-b-${process.pid}`] as const
const ip = (...args: readonly string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0

/** Two network namespaces joined by a cable: two machines, as far as the network can tell. */
function connectMachines(): boolean {
  const [a, b] = names
  const cable = `rs${process.pid}`
  return (
    ip('netns', 'add', a) &&
    ip('netns', 'add', b) &&
    ip('link', 'add', `${cable}a`, 'netns', a, 'type', 'veth', 'peer', 'name', `${cable}b`, 'netns', b) &&
    ip('-n', a, 'addr', 'add', '10.77.0.1/24', 'dev', `${cable}a`) &&
    ip('-n', b, 'addr', 'add', '10.77.0.2/24', 'dev', `${cable}b`) &&
    ip('-n', a, 'link', 'set', `${cable}a`, 'up') &&
    ip('-n', b, 'link', 'set', `${cable}b`, 'up') &&
    ip('-n', a, 'link', 'set', 'lo', 'up') &&
    ip('-n', b, 'link', 'set', 'lo', 'up')
  )
}

const disconnectMachines = (): void => {
  for (const name of names) ip('netns', 'del', name)
}

const possible = connectMachines()
if (!possible) {
  disconnectMachines()
  process.stderr.write('skipped: this user cannot make network namespaces\n')
}

afterAll(async () => {
  await killAllProcesses()
  disconnectMachines()
  removeTempDirs()
})

const suite = possible ? describe : describe.skip

suite('a second machine', () => {
  const on = (machine: string, ...args: readonly string[]): TestProcess =>
    new TestProcess('ip', ['netns', 'exec', machine, process.execPath, raistoneLauncher, ...args], {})

  const count = async (machine: string, datadir: string): Promise<number> =>
    Number((await on(machine, 'rpc', '--chain=regtest', `--datadir=${datadir}`, 'getblockcount').ended).stdout)

  test('joins with the line that the first one prints', async () => {
    const [a, b] = names
    const [first, second] = [tempDir(), tempDir()]
    const node = on(a, 'node', '--chain=regtest', `--datadir=${first}`, '--bind=10.77.0.1', '--par=1')
    const printed = await node.line(line => line.includes('npx --no raistone node'))
    const words = printed.trim().split(' ').slice(4)
    expect(words.slice(0, 3)).toEqual(['--chain', 'regtest', '--addnode'])
    expect(words[3]).toMatch(/^\/ip4\/10\.77\.0\.1\/tcp\/18444\/p2p\/12D3/)
    const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
    const mined = await on(a, 'rpc', '--chain=regtest', `--datadir=${first}`, 'generatetoaddress', '10', address).ended
    expect(mined.code).toBe(0)
    const other = on(b, 'node', ...words, `--datadir=${second}`, '--par=1')
    await other.line(line => line.startsWith('cookie'))
    await waitFor(async () => (await count(b, second)) === 10, 30_000, 'the ten blocks on the second machine')
    other.signal('SIGTERM')
    node.signal('SIGTERM')
    expect((await other.ended).code).toBe(0)
    expect((await node.ended).code).toBe(0)
  }, 90_000)
})
