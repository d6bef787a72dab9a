import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { openLevelStore } from '@raistone/consensus/level'
import { outpointKey, scriptToAddress } from '@raistone/primitives'
import { removeTempDirs, tempDir, testKey, writeBlockFile } from '@raistone/testkit'
import { CliError, configFromWords, type Io, processIo, type RunningNode, runNode } from '../src/index.js'
import { run } from './cli/fake-io.js'
import { startTestNode, stopTestNodes } from './in-process.js'

afterEach(stopTestNodes)
afterAll(removeTempDirs)

const addressOn = (node: RunningNode, key = 1): string =>
  scriptToAddress(testKey(key).scripts.p2wpkh, node.params.address) as string

/** A data directory with a chain of ten blocks, and its node that is down. */
async function tenBlocks(more: readonly string[] = []) {
  const words = [`--datadir=${tempDir()}`]
  const node = await startTestNode([...words, ...more])
  await node.generate(10, addressOn(node))
  const { tip } = node.chain
  const block = await node.chain.block(tip.hash)
  await node.stop()
  return { words, tip: tip.hash, tipCoin: outpointKey({ txid: block!.transactions[0]!.txid, vout: 0 }) }
}

const directoryOf = (words: readonly string[]): string => configFromWords(['-regtest', ...words]).directory

const refusal = (words: readonly string[]): Promise<unknown> =>
  startTestNode(words).then(
    () => undefined,
    (error: unknown) => error,
  )

test('--stopatheight stops the node at the height, whether it gets there or was there before', async () => {
  const words = [`--datadir=${tempDir()}`]
  const node = await startTestNode([...words, '--stopatheight=3'])
  const generating = node.generate(9, addressOn(node)).catch(() => undefined)
  await node.stopped
  await generating
  expect(node.chain.tip.height).toBe(3)
  const there = await startTestNode([...words, '--stopatheight=3'])
  await there.stopped
  expect(there.chain.tip.height).toBe(3)
  const higher = await startTestNode([...words, '--stopatheight=5'])
  await higher.generate(1, addressOn(node))
  expect(higher.chain.tip.height).toBe(4)
})

test('--reindex and --reindex-chainstate make again what was there, and --reindex forgets the indexes', async () => {
  const { words, tip } = await tenBlocks()
  const indexes = join(directoryOf(words), 'indexes')
  mkdirSync(join(indexes, 'one'), { recursive: true })
  writeFileSync(join(indexes, 'one', 'file'), 'x')
  const coins = await startTestNode([...words, '--reindex-chainstate'])
  expect(coins.chain.tip.hash).toBe(tip)
  expect(existsSync(indexes)).toBe(true)
  await coins.stop()
  const all = await startTestNode([...words, '--reindex'])
  expect(all.chain.tip.hash).toBe(tip)
  expect(existsSync(indexes)).toBe(false)
  expect(await all.chain.verify({ level: 4, blocks: 0 })).toMatchObject({ blocks: 10, fault: undefined })
})

test('a node that is told to stop while it makes things again ends with 0, and goes on later', async () => {
  const { words, tip } = await tenBlocks()
  const shown: string[] = []
  const show = (line: string): unknown => shown.push(line)
  const io: Io = { ...processIo(), env: {}, out: show, note: show, status: undefined }
  const ending = runNode(['-regtest', '--port=0', '--rpcport=0', '--printtoconsole=0', '--reindex', ...words], io)
  process.emit('SIGTERM')
  expect(await ending).toBe(0)
  expect(shown).toEqual([])
  const store = await openLevelStore(directoryOf(words))
  expect(store.mustReindex).toBe(true)
  await store.close()
  expect((await startTestNode(words)).chain.tip.hash).toBe(tip)
})

test('coins that contradict the blocks are one line that says what to do, and doing it helps', async () => {
  const { words, tip, tipCoin } = await tenBlocks()
  const store = await openLevelStore(directoryOf(words))
  await store.coins.write([[tipCoin, undefined]], (await store.coins.tip())!)
  await store.close()
  const error = await refusal(words)
  expect(error).toBeInstanceOf(CliError)
  expect(error).toMatchObject({
    code: 1,
    message: expect.stringMatching(
      /^data directory .*: block [0-9a-f]{64} at height 10 proves wrong: .*; start once with --reindex-chainstate/,
    ),
  })
  // Who looks at less does not see it.
  await (await startTestNode([...words, '--checklevel=2'])).stop()
  await (await startTestNode([...words, '--reindex-chainstate'])).stop()
  expect((await startTestNode(words)).chain.tip.hash).toBe(tip)
})

test('coins of a pruned chain are not made again without a word: everything is downloaded', async () => {
  const { words, tip } = await tenBlocks(['--prune=1'])
  const store = await openLevelStore(directoryOf(words))
  await store.blocks.remove([], [], 4)
  await store.close()
  expect(await refusal([...words, '--reindex-chainstate'])).toMatchObject({
    code: 1,
    message: expect.stringContaining('Use --reindex, which downloads them again'),
  })
  const node = await startTestNode([...words, '--prune=1', '--reindex'])
  expect(node.chain.prunedTo).toBe(0)
  expect(node.chain.bestHeader.hash).toBe(tip)
})

test('raistone import --stopatheight leaves the rest of the file', async () => {
  const node = await startTestNode()
  await node.generate(120, addressOn(node))
  const hashes = Array.from({ length: 120 }, (_, i) => node.chain.entryAt(i + 1)!.hash)
  const blocks = await Promise.all(hashes.map(hash => node.chain.blockBytes(hash)))
  const file = join(tempDir(), 'blocks.dat')
  writeFileSync(file, writeBlockFile(blocks.map(raw => raw!)))
  const words = ['import', file, '-regtest', `--datadir=${tempDir()}`, '--json', '--par=1']
  const stopped = await run([...words, '--stopatheight=5'])
  expect(JSON.parse(stopped.out)).toMatchObject({ height: 5, tip: hashes[4] })
  expect(JSON.parse(stopped.out).blocks).toBeLessThan(120)
  const rest = await run(words)
  expect(JSON.parse(rest.out)).toMatchObject({ height: 120, tip: hashes[119] })
})

test('a directory from which blocks were removed is opened with --prune, or made whole again', async () => {
  const { words, tip } = await tenBlocks()
  const store = await openLevelStore(directoryOf(words))
  await store.blocks.remove([], [], 2)
  await store.close()
  const error = await refusal(words)
  expect(error).toBeInstanceOf(CliError)
  expect((error as Error).message).toMatch(/height 2 were removed; start with --prune/)
  const pruned = await startTestNode([...words, '--prune=550'])
  expect(pruned.chain.tip.hash).toBe(tip)
  await pruned.stop()
  const whole = await startTestNode([...words, '--reindex'])
  expect(whole.chain.prunedTo).toBe(0)
})
