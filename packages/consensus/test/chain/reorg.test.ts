import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, createTransaction } from '@raistone/primitives'
import { seededRandom, spend } from '@raistone/testkit'
import fc from 'fast-check'
import type { Chain } from '../../src/chain/chain.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, listen, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const open: Chain[] = []

async function openOne(options?: Parameters<typeof openInMemory>[0]): Promise<Chain> {
  const chain = await openInMemory(options)
  open.push(chain)
  return chain
}

afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close()
})

const connects = (blocks: readonly Block[]): string[] => blocks.map(({ hash }) => `+${hash}`)
const disconnects = (blocks: readonly Block[]): string[] => blocks.map(({ hash }) => `-${hash}`).reverse()

describe('the chain with most work', () => {
  test('blocks that follow each other are told one by one, each with its tip', async () => {
    const chain = await openOne()
    const told = listen(chain)
    const { blocks } = new Branch().mineBusy(8)
    expect(await feed(chain, blocks)).toEqual(blocks.map(() => 'connected'))
    expect(told).toEqual(blocks.flatMap(({ hash }) => [`+${hash}`, `tip ${hash}`]))
    expect(await stateOf(chain)).toEqual(await stateAfter(blocks))
  })

  test.each([1, 10, 120])('a branch with more work takes %i blocks back', async depth => {
    const chain = await openOne()
    const old = new Branch(1).mineBusy(6)
    const better = old.fork(2)
    old.mineBusy(Math.min(depth, 12)).mine(Math.max(0, depth - 12))
    better.mineBusy(Math.min(depth, 12)).mine(Math.max(0, depth - 12))
    const [left, right] = [old.blocks.slice(6), better.blocks.slice(6)]
    await feed(chain, old.blocks)
    const told = listen(chain)

    expect(await feed(chain, right)).toEqual(right.map(() => 'stored'))
    expect(told).toEqual([])
    expect(chain.tip.hash).toBe(old.tip.hash)

    const last = better.mine().tip
    expect(await feed(chain, [last])).toEqual(['connected'])
    expect(told).toEqual([...disconnects(left), ...connects([...right, last]), `tip ${last.hash}`])
    expect(chain.tip.hash).toBe(last.hash)
    expect(chain.entryAt(7)?.hash).toBe(right[0]?.hash)
    expect(await stateOf(chain)).toEqual(await stateAfter(better.blocks))
  })

  test('a reorganisation does not depend on how much fits into memory', async () => {
    const chain = await openOne({ cacheBytes: 1, groupBytes: 1 })
    const old = new Branch(1).mineBusy(8)
    const better = old.fork(2, 5).mineBusy(6)
    await feed(chain, old.blocks)
    const told = listen(chain)
    await feed(chain, better.blocks)
    expect(told).toEqual([
      ...disconnects(old.blocks.slice(3)),
      ...connects(better.blocks.slice(3)),
      `tip ${better.tip.hash}`,
    ])
    expect(await stateOf(chain)).toEqual(await stateAfter(better.blocks))
  })

  test('there and back again leaves no trace', async () => {
    const chain = await openOne()
    const first = new Branch(1).mineBusy(8)
    const second = first.fork(2, 4).mineBusy(5)
    await feed(chain, [...first.blocks, ...second.blocks.slice(4)])
    expect(chain.tip.hash).toBe(second.tip.hash)
    first.mineBusy(2)
    await feed(chain, first.blocks)
    expect(chain.tip.hash).toBe(first.tip.hash)
    expect(await stateOf(chain)).toEqual(await stateAfter(first.blocks))
  })

  test('of branches with equal work the one seen first stays, in both orders', async () => {
    const first = new Branch(1).mine(3)
    const second = first.fork(2, 1).mine()
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const chain = await openOne()
      await feed(chain, [...one.blocks, other.tip])
      expect(chain.tip.hash).toBe(one.tip.hash)
    }
  })

  test('and still does after closing and opening again, until the other has more', async () => {
    const first = new Branch(1).mine(4)
    const branches = [first, ...[2, 3, 4, 5].map(name => first.fork(name, 3).mine(3))]
    for (const seenFirst of branches) {
      const disk = await FailingDisk.create()
      const chain = await openLive(await disk.openStore())
      const others = branches.filter(branch => branch !== seenFirst)
      await feed(chain, [...seenFirst.blocks, ...others.flatMap(({ blocks }) => blocks)])
      await chain.close()
      const again = await openLive(await disk.openStore())
      open.push(again)
      expect(again.tip.hash).toBe(seenFirst.tip.hash)
      expect(again.bestHeader.hash).toBe(seenFirst.tip.hash)
      expect(again.missingBlocks(5)).toEqual([])
      const more = others[0]!.fork(9).mine().tip
      expect(await feed(again, [more])).toEqual(['connected'])
    }
  })

  test('what counts as first seen is the block, not the header', async () => {
    const first = new Branch(1).mine(3)
    const second = first.fork(2, 1).mine()
    const chain = await openOne()
    expect(chain.submitHeaders(first.blocks.map(({ header }) => header)).reject).toBeUndefined()
    await feed(chain, second.blocks)
    await feed(chain, [first.tip])
    expect(chain.bestHeader.hash).toBe(first.tip.hash)
    expect(chain.tip.hash).toBe(second.tip.hash)
  })
})

describe('an invalid block in the better branch', () => {
  /** Signed by nobody: the witness is that of another transaction. */
  function badScript(branch: Branch): Block {
    const coin = branch.nextCoin()
    const [script, value] = [coin.output.script, coin.output.value]
    const tx = spend([coin], [{ value, script }])
    const stolen = spend([coin], [{ value: value - 1n, script }])
    const body = { ...stolen, inputs: stolen.inputs.map((input, i) => ({ ...input, witness: tx.inputs[i]!.witness })) }
    return branch.build({ transactions: [createTransaction(body)] })
  }

  const greedy = (branch: Branch): Block => branch.build({ fees: 1n })

  test.each([
    ['bad script', badScript, /^block-script-verify-flag-failed/],
    ['bad-cb-amount', greedy, /^bad-cb-amount$/],
  ])('%s: the chain goes back to where it was', async (_, spoil, rule) => {
    const chain = await openOne()
    const good = new Branch(1).mineBusy(9)
    const better = good.fork(2, 4).mineBusy(2)
    const bad = better.add(spoil(better))
    better.mine(3)
    await feed(chain, good.blocks)
    const told = listen(chain)
    const answers = await feed(chain, better.blocks.slice(5))
    // The fifth has more work than the tip: only now is the bad one connected.
    expect(answers).toEqual(['stored', 'stored', 'stored', 'stored', 'bad-prevblk', 'bad-prevblk'])
    expect(chain.whyInvalid(chain.entry(bad.hash)!)?.rule).toMatch(rule)
    expect(chain.entry(bad.hash)?.invalid).toBe(true)
    expect(chain.tip.hash).toBe(good.tip.hash)
    expect(chain.bestHeader.hash).toBe(good.tip.hash)
    // What was tried was taken back, in order, and the end of it told.
    const [left, tried] = [good.blocks.slice(5), better.blocks.slice(5, 7)]
    const steps = [...disconnects(left), ...connects(tried), ...disconnects(tried), ...connects(left)]
    expect(told).toEqual([...steps, `tip ${good.tip.hash}`])
    expect(await stateOf(chain)).toEqual(await stateAfter(good.blocks))
  })

  test('its valid beginning is kept where that has more work than the old tip', async () => {
    const chain = await openOne()
    const good = new Branch(1).mineBusy(6)
    const better = good.fork(2, 2).mineBusy(4)
    const valid = [...better.blocks]
    better.add(greedy(better))
    better.mine(2)
    await feed(chain, good.blocks)
    chain.submitHeaders(better.blocks.map(({ header }) => header))
    // The fork's first block comes last: everything is connected in one step.
    await feed(chain, better.blocks.slice(5).reverse())
    const told = listen(chain)
    await feed(chain, better.blocks.slice(4, 5))
    expect(chain.tip.hash).toBe(valid.at(-1)?.hash)
    expect(told.at(-1)).toBe(`tip ${valid.at(-1)?.hash}`)
    expect(await stateOf(chain)).toEqual(await stateAfter(valid))
  })
})

describe('the order in which blocks come', () => {
  const trunk = new Branch(1).mineBusy(5)
  const best = trunk.fork(2).mineBusy(7)
  const branches = [best, trunk.fork(3, 2).mineBusy(5), trunk.fork(4, 4).mineBusy(3), trunk.mineBusy(4)]
  const all = [...new Map(branches.flatMap(({ blocks }) => blocks).map(block => [block.hash, block])).values()]
  const byHeight = branches.flatMap(({ blocks }) => blocks.map(({ header }) => header))
  const expected = stateAfter(best.blocks)

  function shuffled(seed: number): Block[] {
    const random = seededRandom(seed)
    return all
      .map(block => ({ block, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ block }) => block)
  }

  test('headers first, then the blocks in any order: the same tip and coins', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async seed => {
        const chain = await openInMemory(seed % 2 ? {} : { cacheBytes: 1, groupBytes: 1 })
        expect(chain.submitHeaders(byHeight).reject).toBeUndefined()
        // All at once: they queue and are judged in the order they came.
        const answers = await Promise.all(shuffled(seed).map(({ raw }) => chain.submitBlock(raw)))
        expect(answers.flatMap(({ reject }) => reject ?? [])).toEqual([])
        expect(await stateOf(chain)).toEqual(await expected)
        expect(chain.missingBlocks(10)).toEqual([])
        await chain.close()
      }),
      { seed: 7, numRuns: 8 },
    )
  })

  test('blocks whose parent is unknown are refused and come again: the same tip and coins', async () => {
    const chain = await openOne()
    let waiting = shuffled(5)
    while (waiting.length > 0) {
      const answers = await feed(chain, waiting)
      waiting = waiting.filter((_, i) => answers[i] === 'prev-blk-not-found')
    }
    expect(await stateOf(chain)).toEqual(await expected)
  })
})
