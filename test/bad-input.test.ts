import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, runRaistone, startNodeProcess, tempDir, waitFor } from '@raistone/testkit'
import { wallet } from './nodes.js'

afterEach(killAllProcesses)
afterAll(removeTempDirs)

type Json = Record<string, unknown>

const regtest = (): Json =>
  JSON.parse(readFileSync(fileURLToPath(new URL('../../genesis/regtest.json', import.meta.url)), 'utf8')) as Json

function genesisWith(change: (file: Json) => void): string {
  const file = regtest()
  change(file)
  const path = join(tempDir(), 'own.json')
  writeFileSync(path, JSON.stringify(file))
  return path
}

/** One line on standard error, and the exit code. */
async function refused(args: readonly string[], code: number, env: Record<string, string> = {}): Promise<string> {
  const done = await runRaistone(args, { env })
  expect({ code: done.code, stdout: done.stdout }).toEqual({ code, stdout: '' })
  expect(done.stderr.trim().split('\n')).toHaveLength(1)
  return done.stderr.trim()
}

describe('a genesis file', () => {
  test.each([
    ['a missing field', (file: Json) => delete (file.money as Json).subsidy, 'money.subsidy: is missing'],
    ['an unknown field', (file: Json) => Object.assign(file, { subsidee: 1 }), 'subsidee: is not a known field'],
    [
      'an impossible value',
      (file: Json) => Object.assign(file.money as Json, { maxMoney: 2 ** 53 }),
      'money.maxMoney:',
    ],
    ['a wrong hash', (file: Json) => Object.assign(file.genesisBlock as Json, { time: 1 }), 'genesisBlock.hash:'],
  ])('with %s is refused', async (_what, change, message) => {
    const line = await refused(['node', `--chain=${genesisWith(change)}`, `--datadir=${tempDir()}`], 1)
    expect(line).toContain(message)
  })

  test('that differs in one rule makes another network: the nodes part and say so, and the directory is not shared', async () => {
    const own = genesisWith(file => Object.assign(file.money as Json, { subsidy: 4_999_999_999 }))
    const a = await startNodeProcess({ datadir: tempDir(), args: ['--par=1'] })
    const b = await startNodeProcess({
      datadir: tempDir(),
      chain: own,
      args: ['--par=1', `--addnode=${a.multiaddrs[0]}`],
    })
    await waitFor(
      () => /other network/.test(b.process.stderr) || /other network/.test(a.process.stderr),
      20_000,
      'the line',
    )
    await waitFor(async () => (await a.rpc('getconnectioncount')) === 0, 20_000, 'no connection')
    await a.stop()
    const line = await refused(['node', `--chain=${own}`, `--datadir=${a.datadir}`], 1)
    expect(line).toContain('holds a chain with other rules')
  }, 60_000)
})

describe('a node', () => {
  test('refuses a directory and ports that are in use', async () => {
    const a = await startNodeProcess({ datadir: tempDir(), args: ['--par=1'] })
    const inUse = await refused(['node', '--chain=regtest', `--datadir=${a.datadir}`, '--port=0', '--rpcport=0'], 1)
    expect(inUse).toContain(`is in use by process ${a.process.pid}`)
    const imported = await refused(
      ['import', fileURLToPath(import.meta.url), '--chain=regtest', `--datadir=${a.datadir}`],
      1,
    )
    expect(imported).toContain(`is in use by process ${a.process.pid}`)
    const rpcPort = new URL(a.rpcUrl).port
    const words = ['node', '--chain=regtest', '--printtoconsole=0', `--datadir=${tempDir()}`]
    expect(await refused([...words, '--port=0', `--rpcport=${rpcPort}`], 1)).toMatch(/port for JSON-RPC .* is in use/)
    const port = /\/tcp\/(\d+)/.exec(a.multiaddrs[0] as string)?.[1]
    expect(await refused([...words, `--port=${port}`, '--rpcport=0'], 1)).toMatch(/port for peers .* is in use/)
  }, 60_000)

  test('names what is wrong with its options', async () => {
    const base = ['node', '--chain=regtest', `--datadir=${tempDir()}`]
    expect(await refused([...base, '--prot=1'], 2)).toContain('unknown option --prot')
    expect(await refused([...base, '--port=70000'], 2)).toContain('--port must be a whole number from 0 to 65535')
    expect(await refused([...base, '--mine'], 2)).toContain('--mine-to')
    const foreign = 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'
    expect(await refused([...base, '--mine', `--mine-to=${foreign}`], 2)).toContain('not an address of regtest')
    expect(await refused(['node', '--chain=nowhere', `--datadir=${tempDir()}`], 1)).toContain('"nowhere"')
  })
})

describe('a wallet', () => {
  test('says what is wrong, with its own exit codes, and loses nothing', async () => {
    const node = await startNodeProcess({ datadir: tempDir(), args: ['--par=1'] })
    await wallet(node, 'w', 'create')
    const address = await wallet(node, 'w', 'address')
    await node.rpc('generatetoaddress', 101, address)
    const words = ['--chain=regtest', `--datadir=${node.datadir}`, '--wallet=w', `--rpc=${node.rpcUrl}`]
    const right = { RAISTONE_WALLET_PASSPHRASE: 'correct horse' }
    const send = (to: string, amount: string, ...more: string[]): string[] => [
      'wallet',
      'send',
      to,
      amount,
      ...words,
      ...more,
    ]

    const wrong = await runRaistone(send(address, '1', '--yes'), {
      env: { RAISTONE_WALLET_PASSPHRASE: 'wrong battery' },
    })
    expect(wrong).toMatchObject({ code: 4, stdout: '' })
    expect(wrong.stderr).toContain('wrong passphrase')
    expect(wrong.stderr).not.toContain('battery')
    const poor = await refused(send(address, '51', '--yes'), 5, right)
    expect(poor).toContain('not enough money')
    expect(await refused(send(address, '0.123456789', '--yes'), 2, right)).toContain('9 decimals')
    expect(
      await refused(send('rdev1p6lnkkpxkp689kf5k495nvvvle4uyjsfts8y78u4munnxgf0sugssz3tt5e', '1', '--yes'), 2, right),
    ).toContain('not an address of regtest')
    expect(await refused(send(address, '1'), 2, right)).toContain('--yes')
    expect(await refused(['wallet', 'create', ...words], 1, right)).toContain('already there')
    expect(await refused(['wallet', 'balance', ...words.slice(0, 2), '--wallet=none'], 1)).toContain(
      'there is no wallet none',
    )
    expect(await refused(['wallet', 'balance', ...words.slice(0, 3), '--rpc=http://u:p@127.0.0.1:1/'], 3)).toContain(
      'no node answers',
    )
    expect(await node.rpc('getrawmempool')).toEqual([])
    expect(await wallet(node, 'w', 'balance')).toContain('50.00000000')

    const file = join(node.datadir, 'regtest', 'wallets', 'w', 'wallet.json')
    const kept = readFileSync(file, 'utf8')
    expect(kept).not.toContain('correct horse')
    writeFileSync(file, kept.slice(0, 100))
    expect(await refused(['wallet', 'balance', ...words], 1)).toContain('wallet w is damaged')
    writeFileSync(file, kept)
    expect(await wallet(node, 'w', 'balance')).toContain('50.00000000')
    const other = join(tempDir(), 'devnet', 'wallets', 'w')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'wallet.json'), kept)
    const line = await refused(
      ['wallet', 'address', '--chain=devnet', `--datadir=${join(other, '..', '..', '..')}`, '--wallet=w'],
      1,
    )
    expect(line).toContain('belongs to the chain regtest')
  }, 90_000)
})
