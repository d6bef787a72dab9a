import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
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

interface ChainFacts {
  readonly tip: string
  readonly blocks: number
  readonly inputs: number
  readonly gettxoutsetinfo: Readonly<Record<string, unknown>>
}

const addressOf = (node: NodeProcess): string => node.multiaddrs[0] as string
const start = (args: readonly string[] = [], datadir = tempDir()): Promise<NodeProcess> =>
  startNodeProcess({ datadir, args: ['--par=1', ...args] })

const balance = async (node: NodeProcess, name: string): Promise<number> =>
  (JSON.parse(await wallet(node, name, 'balance', '--json')) as { trusted: number }).trusted

async function expectOneLedger(nodes: readonly NodeProcess[]): Promise<void> {
  const [first, ...others] = await Promise.all(nodes.map(ledgerOf))
  for (const other of others) expect(other).toEqual(first)
}

/** One story, told in order: A mines, B and C hear of it from one another, D comes with a chain of its own. */
describe('four nodes in processes of their own, over TCP', () => {
  let a: NodeProcess
  let b: NodeProcess
  let c: NodeProcess
  let miner: string

  beforeAll(async () => {
    a = await start()
    b = await start([`--addnode=${addressOf(a)}`])
    c = await start([`--addnode=${addressOf(b)}`])
    await connected(b, 2)
  }, 60_000)

  afterAll(async () => {
    await killAllProcesses()
    removeTempDirs()
  })

  test('A mines 120 blocks to a wallet, B and C replicate them', async () => {
    await wallet(a, 'miner', 'create')
    miner = await wallet(a, 'miner', 'address')
    await a.rpc('generatetoaddress', 120, miner)
    await agree([a, b, c])
    expect(await heightOf(c)).toBe(120)
  }, 60_000)

  test('a wallet that asks B only pays a wallet that asks C only', async () => {
    await wallet(b, 'payer', 'create')
    await wallet(c, 'payee', 'create')
    await wallet(a, 'miner', 'send', await wallet(b, 'payer', 'address'), '20', '--yes')
    await a.rpc('generatetoaddress', 1, miner)
    await agree([a, b, c])
    const payment = await wallet(b, 'payer', 'send', await wallet(c, 'payee', 'address'), '12.5', '--yes')
    await waitFor(async () => (await a.rpc<string[]>('getrawmempool')).includes(payment), 20_000, 'the payment at A')
    await a.rpc('generatetoaddress', 1, miner)
    await agree([a, b, c])
    expect(await balance(c, 'payee')).toBe(12.5)
    const left = await balance(b, 'payer')
    expect(left).toBeGreaterThan(7.4999)
    expect(left).toBeLessThan(7.5)
  }, 60_000)

  test('apart they mine 3 and 6 blocks, together they agree on the longer branch', async () => {
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
    expect(await balance(c, 'payee')).toBe(15.5)
    await expectOneLedger([a, b, c])
  }, 60_000)

  const withChain = canRead('chains') ? test : test.skip

  withChain(
    'C, emptied, syncs the chain of 60,000 transactions from D and is killed on the way; A and B follow',
    async () => {
      const file = join(chainsFolder() as string, 'core-regtest-60k.dat')
      const facts = JSON.parse(readFileSync(file.replace(/dat$/, 'json'), 'utf8')) as ChainFacts
      const imported = tempDir()
      const done = await runRaistone(['import', file, '--chain=regtest', `--datadir=${imported}`, '--json'])
      expectEnded(done, 0)
      const { tip, blocks, inputs, gettxoutsetinfo } = facts
      expect(JSON.parse(done.stdout)).toMatchObject({ height: blocks, tip, blocks, signatures: inputs })
      const d = await start([], imported)
      const total_amount = Number(gettxoutsetinfo.total_amount)
      expect(await d.rpc('gettxoutsetinfo', 'none')).toMatchObject({ ...gettxoutsetinfo, total_amount })

      expect(await c.stop()).toMatchObject({ code: 0 })
      rmSync(join(c.datadir, 'regtest'), { recursive: true })
      c = await start([`--connect=${addressOf(d)}`], c.datadir)
      const caught = async (): Promise<boolean> => {
        const height = await heightOf(c)
        return height >= blocks / 10 && height <= (blocks * 9) / 10
      }
      await waitFor(caught, 60_000, 'a height between a tenth and nine tenths')
      await c.kill()
      c = await start([`--connect=${addressOf(d)}`], c.datadir)
      await agree([d, c], 90_000)
      expect(await tipOf(c)).toBe(tip)

      // A and B have a branch of their own, which has less work.
      await b.rpc('addnode', addressOf(d), 'add')
      await agree([d, c, a, b], 90_000)
      await expectOneLedger([d, c, a, b])
      for (const node of [a, b, c, d]) expect(await node.stop()).toMatchObject({ code: 0 })
    },
    240_000,
  )
})
