import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { genesisFile } from '@raistone/consensus/builtin'
import { basicFilter, type FilterHeader, filterHash, filterHeader, toHex, ZERO_HASH } from '@raistone/primitives'
import { flipByte, removeTempDirs, tempDir, waitFor, withDeadline } from '@raistone/testkit'
import {
  CliError,
  configFromWords,
  type NodeEnvironment,
  type RunningNode,
  silentLog,
  startNode,
} from '../src/index.js'
import { post, startTestNode, stopTestNodes } from './in-process.js'

afterEach(stopTestNodes)
afterAll(removeTempDirs)

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
const BLOCKS = 12

/** A chain that is not Bitcoin's, but whose blocks are mined as quickly. */
function ownChain(): string {
  const regtest = JSON.parse(readFileSync(genesisFile('regtest'), 'utf8')) as object
  const file = join(tempDir(), 'own.json')
  writeFileSync(file, JSON.stringify({ ...regtest, name: 'own' }))
  return file
}

/** What a node logs, event by event. */
function listening(): { readonly log: NonNullable<NodeEnvironment['log']>; readonly lines: string[] } {
  const lines: string[] = []
  const log = { ...silentLog, info: (event: string) => void lines.push(event), child: () => log }
  return { log, lines }
}

async function ask(node: RunningNode, method: string, ...params: unknown[]) {
  const { text } = await post(node, JSON.stringify({ method, params }))
  return JSON.parse(text) as { result: never; error: { code: number; message: string } | null }
}

const start = (datadir: string, words: readonly string[] = [], environment?: NodeEnvironment): Promise<RunningNode> =>
  startTestNode([`--datadir=${datadir}`, '--listen=0', ...words], environment)

/** As a client waits. */
const reachTip = (node: RunningNode): Promise<boolean> =>
  waitFor(
    async () => {
      const indexes = Object.values((await ask(node, 'getindexinfo')).result as Record<string, { synced: boolean }>)
      return indexes.every(({ synced }) => synced)
    },
    20_000,
    'the indexes',
  )

async function expectRight(node: RunningNode): Promise<void> {
  let header = ZERO_HASH as FilterHeader
  for (let height = 0; height <= node.chain.tip.height; height++) {
    const block = (await node.chain.block(node.chain.entryAt(height)!.hash))!
    const spent = (await node.chain.spentCoins(block.hash))!.flat().map(({ script }) => script)
    const filter = basicFilter(block, spent)
    header = filterHeader(filterHash(filter), header)
    expect((await ask(node, 'getblockfilter', block.hash)).result).toEqual({ filter: toHex(filter), header })
    if (height === 0) continue
    const { txid, raw } = block.transactions[0]!
    expect((await ask(node, 'getrawtransaction', txid)).result).toBe(toHex(raw))
    expect((await ask(node, 'getrawtransaction', txid, 1)).result).toMatchObject({
      blockhash: block.hash,
      confirmations: node.chain.tip.height - height + 1,
    })
  }
}

test('indexes are added to a chain, follow it, are made again when damaged, and stay where they are when switched off', async () => {
  const datadir = tempDir()
  const folder = join(datadir, 'regtest', 'indexes')
  const plain = await start(datadir)
  await plain.generate(BLOCKS, ADDRESS)
  const { hash } = plain.chain.tip
  expect((await ask(plain, 'getindexinfo')).result).toEqual({})
  expect((await ask(plain, 'getblockfilter', hash)).error).toMatchObject({ code: -1 })
  expect(existsSync(folder)).toBe(false)
  await stopTestNodes()

  const both = ['--txindex', '--blockfilterindex']
  const indexed = await start(datadir, both)
  await reachTip(indexed)
  // Answers wait for blocks that have just come.
  await indexed.generate(2, ADDRESS)
  await expectRight(indexed)
  expect((await ask(indexed, 'getindexinfo')).result).toEqual({
    txindex: { synced: true, best_block_height: BLOCKS + 2 },
    'basic block filter index': { synced: true, best_block_height: BLOCKS + 2 },
  })
  await stopTestNodes()

  await start(datadir)
  await stopTestNodes()
  expect(readdirSync(folder).sort()).toEqual(['blockfilter', 'txindex'])
  const again = await start(datadir, both)
  await again.generate(1, ADDRESS)
  await expectRight(again)
  await stopTestNodes()

  // Opening has moved what the log held into tables.
  const table = readdirSync(join(folder, 'blockfilter')).find(name => name.endsWith('.ldb')) as string
  const path = join(folder, 'blockfilter', table)
  writeFileSync(path, flipByte(new Uint8Array(readFileSync(path)), 200, 1))
  const { log, lines } = listening()
  const healed = await start(datadir, both, { log })
  await reachTip(healed)
  await expectRight(healed)
  expect(lines.filter(line => /made again/.test(line))).toHaveLength(1)
})

test('where the blocks were removed, filters that were asked for are refused in one line, others left out', async () => {
  const datadir = tempDir()
  const pruned = ['--prune=1', `--chain=${ownChain()}`]
  const first = await start(datadir, [...pruned, '--blockfilterindex=0'])
  await first.generate(295, ADDRESS)
  expect(await first.chain.prune(5)).toBe(5)
  await stopTestNodes()
  const refusal = await start(datadir, [...pruned, '--blockfilterindex']).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(CliError)
  expect(refusal).toMatchObject({
    code: 1,
    message: expect.stringMatching(/^data directory .*disable the index or reindex/),
  })
  const { log, lines } = listening()
  const node = await start(datadir, pruned, { log })
  expect(lines).toContain('no block filters: blocks that they need were removed')
  expect((await ask(node, 'getindexinfo')).result).toEqual({})
})

test('an index that cannot be written stops the node in one line', async () => {
  const datadir = tempDir()
  const words = ['-regtest', `--datadir=${datadir}`, '--port=0', '--rpcport=0', '--par=1', '--listen=0', '--txindex']
  const node = await startNode(configFromWords(words), { log: silentLog })
  await node.generate(1, ADDRESS)
  rmSync(join(datadir, 'regtest', 'indexes'), { recursive: true })
  await node.generate(1, ADDRESS).catch(() => undefined)
  const stopped = node.stopped.then(
    () => undefined,
    (error: Error) => error,
  )
  const error = await withDeadline(stopped, 10_000, 'the end of the node')
  expect(error).toBeInstanceOf(CliError)
  expect(error?.message).toMatch(/^data directory .*cannot write .*txindex: the folder is gone$/)
})
