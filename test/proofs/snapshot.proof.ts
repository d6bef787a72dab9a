import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLocalVerifier, openChain } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { openLevelStore } from '@raistone/consensus/level'
import { decodeBlock, nobleCurve } from '@raistone/primitives'
import {
  killAllProcesses,
  type NodeProcess,
  removeTempDirs,
  runRaistone,
  seededRandom,
  tempDir,
  waitFor,
} from '@raistone/testkit'
import { coreChainFile, readCoreBlocks, readCoreFacts } from '../core-chain.js'
import { addressOf, agree, expectEnded, expectOneLedger, start, tipOf } from '../nodes.js'
import { isQuick, SEED, writeFigures } from '../proof.js'

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
})

const random = seededRandom(SEED)
const KILLS = isQuick ? 2 : 12
/** Blocks on top of the snapshot. */
const MORE = 3

interface Dumped {
  readonly path: string
  readonly coins_written: number
  readonly base_hash: string
  readonly base_height: number
  readonly txoutset_hash: string
}

interface Chainstates {
  readonly chainstates: readonly { readonly blocks: number; readonly validated: boolean }[]
}

const facts = readCoreFacts()
const headers = readCoreBlocks().map(raw => decodeBlock(raw).header)
const offline = ['--networkactive=0']

const statesOf = async (node: NodeProcess) => (await node.rpc<Chainstates>('getchainstates')).chainstates
const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const foldersOf = (datadir: string): string[] =>
  readdirSync(join(datadir, 'regtest'))
    .filter(name => name.startsWith('chainstate'))
    .sort()

/** A node with the whole chain, and the file of its coins. */
async function dumpedSource(): Promise<{ readonly source: NodeProcess; readonly dumped: Dumped }> {
  const datadir = tempDir()
  const words = ['import', coreChainFile(), '--chain=regtest', `--datadir=${datadir}`, '--json']
  const done = await runRaistone(words, { deadlineMs: 240_000 })
  expectEnded(done, 0)
  const source = await start([], datadir)
  const dumped = await source.rpc<Dumped>('dumptxoutset', 'utxo.dat')
  const { hash_serialized_3, txouts } = await source.rpc<{ hash_serialized_3: string; txouts: number }>(
    'gettxoutsetinfo',
  )
  expect(dumped).toMatchObject({
    path: join(datadir, 'regtest', 'utxo.dat'),
    base_hash: facts.tip,
    base_height: facts.blocks,
    coins_written: txouts,
    txoutset_hash: hash_serialized_3,
  })
  await source.rpc('generatetoaddress', MORE, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080')
  return { source, dumped }
}

let source: NodeProcess
let dumped: Dumped
beforeAll(async () => {
  ;({ source, dumped } = await dumpedSource())
}, 300_000)

/** The data directory of a node that has all headers of the chain and no block. */
async function headersOnly(): Promise<string> {
  const datadir = tempDir()
  const chain = await openChain({
    params: loadChain('regtest'),
    store: await openLevelStore(join(datadir, 'regtest')),
    verifier: createLocalVerifier(nobleCurve),
    clock: { nowMs: () => ((headers.at(-1)?.time ?? 0) + 600) * 1000 },
  })
  expect(chain.submitHeaders(headers)).toMatchObject({ accepted: headers.length })
  await chain.close()
  return datadir
}

/** Loads the file, killed at random moments until it is there. */
async function loadThroughKills(datadir: string, { path, txoutset_hash }: Dumped): Promise<NodeProcess> {
  for (let kill = 0; ; kill++) {
    const node = await start(offline, datadir)
    const states = await statesOf(node)
    expect(states.map(({ blocks }) => blocks)).toEqual(states.length > 1 ? [0, facts.blocks] : [0])
    if (states.length > 1) return node
    const loading = node.rpc('loadtxoutset', path, txoutset_hash)
    if (kill >= KILLS) {
      await loading
      return node
    }
    loading.catch(() => undefined)
    await sleep(random() * 700)
    await node.kill()
  }
}

/** Verifies history, killed at random moments of it; returns the node when there is one set of coins. */
async function verifyThroughKills(datadir: string, source: NodeProcess): Promise<NodeProcess> {
  for (let kill = 0; ; kill++) {
    const node = await start([`--connect=${addressOf(source)}`], datadir)
    const states = await statesOf(node)
    expect(states.at(-1)?.blocks).toBeGreaterThanOrEqual(facts.blocks)
    if (states.length === 1) return node
    if (kill < KILLS) {
      await sleep(random() * 1500)
      await node.kill()
    } else {
      await waitFor(async () => (await statesOf(node)).length === 1, 200_000, 'history verified')
      return node
    }
  }
}

test(`a snapshot is dumped, loaded, used at once and verified behind, through ${KILLS} kills each (seed ${SEED})`, async () => {
  const datadir = await headersOnly()
  const loaded = await loadThroughKills(datadir, dumped)
  expect(await tipOf(loaded)).toBe(facts.tip)
  const { height, bestblock, txouts, hash_serialized_3 } = await loaded.rpc<Record<string, unknown>>('gettxoutsetinfo')
  expect([height, bestblock, txouts, hash_serialized_3]).toEqual([
    facts.blocks,
    facts.tip,
    dumped.coins_written,
    dumped.txoutset_hash,
  ])
  await expect(loaded.rpc('loadtxoutset', dumped.path, dumped.txoutset_hash)).rejects.toThrow(/more than once/)
  expect(await loaded.stop()).toMatchObject({ code: 0 })
  const beganMs = performance.now()
  const verified = await verifyThroughKills(datadir, source)
  writeFigures({ coins: dumped.coins_written, kills: KILLS, verifiedSec: (performance.now() - beganMs) / 1000 })
  await agree([source, verified], 60_000)
  await expectOneLedger([source, verified])
  expect(await verified.stop()).toMatchObject({ code: 0 })
  expect(foldersOf(datadir)).toEqual(['chainstate'])
  const again = await start(offline, datadir)
  await expectOneLedger([source, again])
  expect(await again.stop()).toMatchObject({ code: 0 })
}, 600_000)

test('a snapshot that the operator trusts wrongly is found out, put aside, and the node goes on without', async () => {
  const bytes = readFileSync(dumped.path)
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  const path = join(tempDir(), 'wrong.dat')
  writeFileSync(path, bytes)
  const datadir = await headersOnly()
  const deceived = await start(offline, datadir)
  const refused = await deceived.rpc('loadtxoutset', path, dumped.txoutset_hash).catch((error: Error) => error.message)
  const hash = /got ([0-9a-f]{64})/.exec(String(refused))?.[1]
  expect(foldersOf(datadir)).toEqual(['chainstate'])
  await deceived.rpc('loadtxoutset', path, hash)
  expect(await tipOf(deceived)).toBe(facts.tip)
  await deceived.stop()

  const found = await start([`--connect=${addressOf(source)}`], datadir)
  const ended = await found.process.ended
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/the snapshot of block [0-9a-f]{64} is wrong: its blocks lead to other coins/)
  expect(foldersOf(datadir)).toEqual(['chainstate', 'chainstate_snapshot_INVALID'])
  const without = await start([`--connect=${addressOf(source)}`], datadir)
  expect(await statesOf(without)).toHaveLength(1)
  await agree([source, without], 60_000)
  await expectOneLedger([source, without])
  expect(await without.stop()).toMatchObject({ code: 0 })
}, 600_000)
