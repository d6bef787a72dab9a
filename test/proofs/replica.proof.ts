import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { formatAmount } from '@raistone/primitives'
import { killAllProcesses, type NodeProcess, removeTempDirs, runRaistone, tempDir } from '@raistone/testkit'
import {
  coreChainFile,
  firstSpending,
  openMemoryChain,
  pick,
  readCoreBlocks,
  readCoreFacts,
  SEED,
  submitAll,
  tryDamage,
} from '../core-chain.js'
import { addressOf, agree, connected, expectEnded, expectOneLedger, start, syncThroughKill, tipOf } from '../nodes.js'

afterEach(killAllProcesses)
afterAll(removeTempDirs)

/** Leaves out the two nodes that give up a branch of their own. */
const quick = process.env.RAISTONE_PROOF_QUICK === '1'

/** Two nodes that have 128 blocks of their own, the second of which then hears of a longer chain. */
async function pairWithBranch(longer: NodeProcess): Promise<NodeProcess[]> {
  const a = await start()
  const b = await start([`--addnode=${addressOf(a)}`])
  await connected(b, 1)
  await a.rpc('generatetoaddress', 128, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080')
  await agree([a, b])
  await b.rpc('addnode', addressOf(longer), 'add')
  return [a, b]
}

/** The chain of 60,000 transactions that Bitcoin Core made, every signature checked wherever it is taken in. */
describe('a chain made by Bitcoin Core', () => {
  const facts = readCoreFacts()
  const { tip, blocks, inputs, gettxoutsetinfo } = facts

  test('is imported, and synced by a node that is killed on the way and by two with a branch of their own', async () => {
    const imported = tempDir()
    const done = await runRaistone(['import', coreChainFile(), '--chain=regtest', `--datadir=${imported}`, '--json'])
    expectEnded(done, 0)
    expect(JSON.parse(done.stdout)).toMatchObject({ height: blocks, tip, blocks, signatures: inputs })
    const d = await start([], imported)
    const total_amount = Number(gettxoutsetinfo.total_amount)
    expect(await d.rpc('gettxoutsetinfo', 'none')).toMatchObject({ ...gettxoutsetinfo, total_amount })

    const emptied = await start()
    await emptied.stop()
    const c = await syncThroughKill(emptied.datadir, d, blocks)
    expect(await tipOf(c)).toBe(tip)

    const nodes = [d, c, ...(quick ? [] : await pairWithBranch(d))]
    await agree(nodes, 90_000)
    await expectOneLedger(nodes)
    for (const node of nodes) expect(await node.stop()).toMatchObject({ code: 0 })
  }, 300_000)

  test(`refuses damaged blocks: the first that spends, a random one and the last (seed ${SEED})`, async () => {
    const raws = readCoreBlocks()
    const first = firstSpending(raws)
    const chain = await openMemoryChain(raws)
    const random = first + 1 + pick(raws.length - first - 2)
    let from = 0
    for (const at of [first, random, raws.length - 1]) {
      await submitAll(chain, raws.slice(from, at))
      await tryDamage(chain, raws[at] as Uint8Array)
      from = at
    }
    await submitAll(chain, raws.slice(from))
    expect(chain.tip.hash).toBe(tip)
    expect(chain.tip.chainWork.toString(16).padStart(64, '0')).toBe(facts.chainwork)
    const found = await chain.statistics()
    const { transactions, txouts, bogosize } = gettxoutsetinfo
    expect(found).toMatchObject({ transactions, txouts })
    expect(BigInt(found.bogosize)).toBe(BigInt(bogosize))
    expect(formatAmount(found.totalAmount)).toBe(gettxoutsetinfo.total_amount)
    await chain.close()
  }, 300_000)
})
