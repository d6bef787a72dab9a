import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Ended, type NodeProcess, runRaistone, startNodeProcess, tempDir, waitFor } from '@raistone/testkit'

export const addressOf = (node: NodeProcess): string => node.multiaddrs[0] as string

/** A regtest node that checks scripts on one thread. */
export const start = (args: readonly string[] = [], datadir = tempDir()): Promise<NodeProcess> =>
  startNodeProcess({ datadir, args: ['--par=1', ...args] })

/** What `gettxoutsetinfo muhash` tells of a ledger: equal where two nodes agree about everything. */
export interface LedgerFacts {
  readonly height: number
  readonly bestblock: string
  readonly txouts: number
  readonly total_amount: number
  readonly muhash: string
}

export async function ledgerOf(node: NodeProcess): Promise<LedgerFacts> {
  const { height, bestblock, txouts, total_amount, muhash } = await node.rpc<LedgerFacts>('gettxoutsetinfo', 'muhash')
  return { height, bestblock, txouts, total_amount, muhash }
}

export async function expectOneLedger(nodes: readonly NodeProcess[]): Promise<void> {
  const [first, ...others] = await Promise.all(nodes.map(ledgerOf))
  for (const other of others) expect(other).toEqual(first)
}

export const heightOf = (node: NodeProcess): Promise<number> => node.rpc<number>('getblockcount')
export const tipOf = (node: NodeProcess): Promise<string> => node.rpc<string>('getbestblockhash')

/** Waits until all nodes have the first one's tip. */
export async function agree(nodes: readonly NodeProcess[], deadlineMs = 30_000): Promise<void> {
  await waitFor(
    async () => new Set(await Promise.all(nodes.map(tipOf))).size === 1,
    deadlineMs,
    `one tip on ${nodes.length} nodes`,
  )
}

export const connected = (node: NodeProcess, count: number): Promise<boolean> =>
  waitFor(async () => (await node.rpc<number>('getconnectioncount')) >= count, 20_000, `${count} connections`)

/** A wallet command in a process of its own, asking the given node only; its standard output. */
export async function wallet(node: NodeProcess, name: string, ...args: readonly string[]): Promise<string> {
  const done = await runRaistone(
    ['wallet', ...args, '--chain=regtest', `--datadir=${node.datadir}`, `--wallet=${name}`, `--rpc=${node.rpcUrl}`],
    { env: { RAISTONE_WALLET_PASSPHRASE: 'correct horse' } },
  )
  expectEnded(done, 0)
  return done.stdout.trim()
}

export const expectEnded = (done: Ended, code: number): void => {
  expect({ code: done.code, stderr: done.stderr }).toEqual({ code, stderr: expect.any(String) })
}

/**
 * A node on an emptied data directory that syncs from `source` only. It is killed when its height first lies between a
 * tenth and nine tenths of `blocks`, started again, and returned when it has the source's tip.
 */
export async function syncThroughKill(datadir: string, source: NodeProcess, blocks: number): Promise<NodeProcess> {
  rmSync(join(datadir, 'regtest'), { recursive: true })
  const begin = (): Promise<NodeProcess> => start([`--connect=${addressOf(source)}`], datadir)
  const first = await begin()
  const isUnderWay = async (): Promise<boolean> => {
    const height = await heightOf(first)
    return height >= blocks / 10 && height <= (blocks * 9) / 10
  }
  await waitFor(isUnderWay, 60_000, 'a height between a tenth and nine tenths')
  await first.kill()
  const second = await begin()
  await agree([source, second], 90_000)
  return second
}
