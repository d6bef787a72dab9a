import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import {
  canRead,
  chainsFolder,
  killAllProcesses,
  type NodeProcess,
  removeTempDirs,
  runRaistone,
  startNodeProcess,
  tempDir,
  waitFor,
} from '@raistone/testkit'
import { agree, connected, expectEnded, heightOf, ledgerOf, tipOf, wallet } from './nodes.js'

afterEach(killAllProcesses)
afterAll(removeTempDirs)

const addressOf = (node: NodeProcess): string => node.multiaddrs[0] as string
const start = (args: readonly string[] = [], datadir = tempDir()): Promise<NodeProcess> =>
  startNodeProcess({ datadir, args: ['--par=1', ...args] })

describe('nodes in processes of their own, over TCP', () => {
  test('replicate, carry a payment, part and come together again', async () => {
    const a = await start()
    const b = await start([`--addnode=${addressOf(a)}`])
    const c = await start([`--addnode=${addressOf(b)}`])
    await connected(b, 2)

    await wallet(a, 'miner', 'create')
    const miner = await wallet(a, 'miner', 'address')
    await a.rpc('generatetoaddress', 120, miner)
    await agree([a, b, c])
    expect(await heightOf(c)).toBe(120)

    // The payer's wallet lives beside B and asks B only; the payee's beside C.
    await wallet(b, 'payer', 'create')
    await wallet(c, 'payee', 'create')
    await wallet(a, 'miner', 'send', await wallet(b, 'payer', 'address'), '20', '--yes')
    await a.rpc('generatetoaddress', 1, miner)
    await agree([a, b, c])
    const payment = await wallet(b, 'payer', 'send', await wallet(c, 'payee', 'address'), '12.5', '--yes')
    await waitFor(async () => (await a.rpc<string[]>('getrawmempool')).includes(payment), 20_000, 'the payment at A')
    await a.rpc('generatetoaddress', 1, miner)
    await agree([a, b, c])
    const balance = async (node: NodeProcess, name: string): Promise<number> =>
      (JSON.parse(await wallet(node, name, 'balance', '--json')) as { trusted: number }).trusted
    expect(await balance(c, 'payee')).toBe(12.5)
    const left = await balance(b, 'payer')
    expect(left).toBeGreaterThan(7.4999)
    expect(left).toBeLessThan(7.5)

    // Apart: A mines 3 blocks, one with a payment; B and C mine 6 without it.
    await a.rpc('setnetworkactive', false)
    await waitFor(async () => (await b.rpc<number>('getconnectioncount')) === 1, 20_000, 'B without A')
    const freed = await wallet(a, 'miner', 'send', await wallet(c, 'payee', 'address'), '3', '--yes')
    await a.rpc('generatetoaddress', 3, miner)
    await b.rpc('generatetoaddress', 6, await wallet(b, 'payer', 'address'))
    expect(await a.rpc('getrawmempool')).toEqual([])
    expect(await heightOf(a)).toBe(125)
    await a.rpc('setnetworkactive', true)
    await agree([a, b, c])
    expect(await heightOf(a)).toBe(128)
    const waits = async (): Promise<boolean> => (await a.rpc<string[]>('getrawmempool')).includes(freed)
    await waitFor(waits, 20_000, 'the freed payment in the mempool')
    await a.rpc('generatetoaddress', 1, miner)
    await agree([a, b, c])
    const [first, ...others] = await Promise.all([a, b, c].map(ledgerOf))
    for (const other of others) expect(other).toEqual(first)
    for (const node of [a, b, c]) expect(await node.stop()).toMatchObject({ code: 0 })
  }, 120_000)
})

const withChains = canRead('chains') ? describe : describe.skip

withChains('the chain of 60,000 transactions', () => {
  const file = join(chainsFolder() ?? '', 'core-regtest-60k.dat')

  interface Expected {
    readonly tip: string
    readonly inputs: number
    readonly gettxoutsetinfo: Readonly<Record<string, unknown>>
  }

  test('is imported, and synced by an empty node that is killed on the way; a longer chain replaces a shorter one', async () => {
    const { tip, inputs, gettxoutsetinfo } = JSON.parse(readFileSync(file.replace(/dat$/, 'json'), 'utf8')) as Expected
    const source = tempDir()
    const done = await runRaistone(['import', file, '--chain=regtest', `--datadir=${source}`, '--json'])
    expectEnded(done, 0)
    expect(JSON.parse(done.stdout)).toMatchObject({ height: 425, tip, blocks: 425, signatures: inputs })

    const d = await start([], source)
    expect(await d.rpc('gettxoutsetinfo', 'none')).toMatchObject({
      ...gettxoutsetinfo,
      total_amount: Number(gettxoutsetinfo.total_amount),
    })
    const datadir = tempDir()
    let c = await start([`--connect=${addressOf(d)}`], datadir)
    const caught = await waitFor(
      async () => {
        const height = await heightOf(c)
        return height >= 43 && height <= 382 ? height : undefined
      },
      60_000,
      'a height between a tenth and nine tenths',
    )
    await c.kill()
    c = await start([`--connect=${addressOf(d)}`], datadir)
    expect(await heightOf(c)).toBeGreaterThanOrEqual(Math.min(caught, 1))
    await agree([d, c], 90_000)
    expect(await tipOf(c)).toBe(tip)

    // A node with a short branch of its own gives it up for this one.
    const e = await start()
    await wallet(e, 'miner', 'create')
    await e.rpc('generatetoaddress', 30, await wallet(e, 'miner', 'address'))
    await e.rpc('addnode', addressOf(c), 'add')
    await agree([d, e], 90_000)
    const [first, ...others] = await Promise.all([d, c, e].map(ledgerOf))
    for (const other of others) expect(other).toEqual(first)
  }, 180_000)
})
