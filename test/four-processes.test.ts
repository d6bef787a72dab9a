import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { killAllProcesses, type NodeProcess, removeTempDirs, waitFor } from '@raistone/testkit'
import { addressOf, agree, connected, expectOneLedger, heightOf, start, syncThroughKill, wallet } from './nodes.js'

const balance = async (node: NodeProcess, name: string): Promise<number> =>
  (JSON.parse(await wallet(node, name, 'balance', '--json')) as { trusted: number }).trusted

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

  test('C, emptied, syncs a longer chain from D and is killed on the way; A and B give theirs up for it', async () => {
    const d = await start()
    await d.rpc('generatetoaddress', 1500, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080')
    expect(await c.stop()).toMatchObject({ code: 0 })
    c = await syncThroughKill(c.datadir, d, 1500)
    await b.rpc('addnode', addressOf(d), 'add')
    await agree([d, c, a, b])
    await expectOneLedger([d, c, a, b])
    for (const node of [a, b, c, d]) expect(await node.stop()).toMatchObject({ code: 0 })
  }, 120_000)
})
