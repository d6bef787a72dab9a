import { afterEach, describe, expect, test } from '@jest/globals'
import { FilterIndex } from '../../src/indexes/filter-index.js'
import { IndexBuilder } from '../../src/indexes/index-builder.js'
import { openMemoryDatabase } from '../../src/store/memory-folders.js'
import { Branch } from '../support/branch.js'
import { feed, listen, openInMemory, stateAfter, stateOf } from '../support/live-chain.js'
import {
  after,
  BASE,
  base,
  before,
  closeAll,
  closeLast,
  coins,
  coinsHash,
  dumpOf,
  file,
  headersOf,
  inMemory,
  judged,
  kinds,
  load,
  main,
  missing,
  open,
  statesOf,
  verified,
} from '../support/snapshot-scene.js'
import { gather } from '../support/snapshots.js'

afterEach(closeAll)

describe.each(kinds)('a snapshot, %s', (_, prepare) => {
  test('makes the chain work at once, and is the only one when history is verified', async () => {
    const place = await prepare()
    let chain = await open(place)
    chain.submitHeaders(headersOf(main.blocks))
    const told = listen(chain)
    const loaded = await load(chain)
    expect([loaded.base.hash, loaded.coins]).toEqual([base.hash, coins])
    expect(chain.tip.hash).toBe(base.hash)
    expect(told).toEqual([`tip ${base.hash}`])
    expect(await stateOf(chain)).toEqual(await stateAfter(before))
    expect(statesOf(chain)).toEqual([
      [0, undefined, true],
      [BASE, BASE, false],
    ])
    // What the best chain needs comes first.
    const wanted = [...after, ...before].map(({ hash }) => chain.entry(hash)?.height)
    expect(missing(chain)).toEqual(wanted)
    await closeLast()
    chain = await open(place)
    expect(missing(chain)).toEqual(wanted)
    expect(await feed(chain, after)).toEqual(after.map(() => 'connected'))
    const whole = await stateAfter(main.blocks)
    expect(await stateOf(chain)).toEqual(whole)

    // A restart in the middle goes on.
    expect(await feed(chain, before.slice(0, 12))).toEqual(before.slice(0, 12).map(() => 'stored'))
    await verified(chain, 12)
    await closeLast()
    expect(await place.folders()).toEqual(['chainstate', 'chainstate_snapshot'])
    chain = await open(place)
    expect(await stateOf(chain)).toEqual(whole)
    expect(statesOf(chain)).toEqual([
      [12, undefined, true],
      [main.blocks.length, BASE, false],
    ])
    expect(missing(chain)).toEqual(before.slice(12).map((_, i) => 13 + i))

    const verdict = judged(chain)
    await feed(chain, before.slice(12))
    expect(await verdict).toBe(true)
    expect(statesOf(chain)).toEqual([[main.blocks.length, undefined, true]])
    expect(missing(chain)).toEqual([])
    expect(await stateOf(chain)).toEqual(whole)
    await closeLast()
    expect(await place.folders()).toEqual(['chainstate'])
    chain = await open(place)
    expect(await stateOf(chain)).toEqual(whole)
    expect(chain.chainstates).toHaveLength(1)
    // All blocks are here, and any of them can be left.
    await chain.invalidate(chain.entryAt(5)!)
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks.slice(0, 4)))
  })

  test('is left for a better branch only when history is verified', async () => {
    const place = await prepare()
    let chain = await open(place)
    chain.submitHeaders(headersOf(main.blocks))
    await load(chain)
    await feed(chain, after)
    const rival = main.fork(2, after.length + 3).mineBusy(after.length + 4)
    const branch = rival.blocks.slice(BASE - 3)
    expect(await feed(chain, branch)).toEqual(branch.map(() => 'stored'))
    expect(chain.tip.hash).toBe(main.tip.hash)
    await expect(chain.invalidate(chain.entryAt(BASE)!)).rejects.toThrow(/cannot be left before it is verified/)
    await expect(chain.invalidate(chain.entryAt(3)!)).rejects.toThrow(RangeError)
    await chain.invalidate(chain.entryAt(BASE + 1)!)
    expect(chain.tip.hash).toBe(base.hash)
    await chain.reconsider(chain.entry(after[0]!.hash)!)
    expect(chain.tip.hash).toBe(main.tip.hash)
    await closeLast()
    chain = await open(place)
    expect(chain.tip.hash).toBe(main.tip.hash)
    const verdict = judged(chain)
    await feed(chain, before)
    expect(await verdict).toBe(true)
    expect(await stateOf(chain)).toEqual(await stateAfter(rival.blocks))
  })

  test('is verified from where the chain was, on whatever branch', async () => {
    const place = await prepare()
    const chain = await open(place, { cacheBytes: 1 })
    const stale = main.fork(4, main.blocks.length - 6).mineBusy(4)
    await feed(chain, stale.blocks)
    chain.submitHeaders(headersOf(main.blocks))
    // Blocks on top of the snapshot that are here before it, and without those between.
    await feed(chain, [after[0]!, after[2]!])
    await load(chain)
    expect(chain.tip.hash).toBe(after[0]!.hash)
    expect(statesOf(chain)[0]).toEqual([10, undefined, true])
    const verdict = judged(chain)
    await feed(chain, [after[1]!, ...before.slice(6)])
    expect(await verdict).toBe(true)
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks.slice(0, BASE + 3)))
  })

  test('is verified where old blocks are removed, and none that is needed is', async () => {
    const place = await prepare()
    const chain = await open(place, { prune: { keep: 4 } })
    chain.submitHeaders(headersOf(main.blocks))
    await load(chain)
    await feed(chain, after)
    await feed(chain, before.slice(0, 14))
    await verified(chain, 14)
    expect(await chain.prune(100)).toBe(0)
    await chain.flush()
    expect(await chain.prune(9)).toBe(9)
    expect(await chain.prune(100)).toBe(14)
    const verdict = judged(chain)
    await feed(chain, before.slice(14))
    expect(await verdict).toBe(true)
    expect(await chain.prune(100)).toBe(main.blocks.length - 4)
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
  })
})

test('an index over a snapshot waits for history without asking for anything', async () => {
  const place = await inMemory()
  const chain = await open(place)
  chain.submitHeaders(headersOf(main.blocks))
  await load(chain)
  const notices: string[] = []
  const index = await IndexBuilder.open(chain, FilterIndex, await openMemoryDatabase(), {
    notice: text => notices.push(text),
  })
  await feed(chain, after)
  // Stored, and not yet connected: a block that cannot be read would be told of, and undo data asked for.
  await feed(chain, before.slice(3, 10))
  await feed(chain, before.slice(0, 2))
  await verified(chain, 2)
  const verdict = judged(chain)
  await feed(chain, [before[2]!, ...before.slice(10)])
  expect(await verdict).toBe(true)
  await index.whenSynced()
  expect(index.height).toBe(main.blocks.length)
  expect(notices).toEqual([])
  await index.close()
  await closeLast()
  const store = await place.open()
  expect(store.mustRebuild).toBe(false)
  await store.close()
})

test('only what is on top of a snapshot is verified again', async () => {
  const place = await inMemory()
  let chain = await open(place)
  chain.submitHeaders(headersOf(main.blocks))
  await load(chain)
  expect(await chain.verify({ level: 3, blocks: 6 })).toEqual({ blocks: 0, fault: undefined, skipped: 'pruned' })
  await feed(chain, after.slice(0, 3))
  expect(await chain.verify({ level: 3, blocks: 6 })).toEqual({ blocks: 3, fault: undefined, skipped: 'pruned' })
  expect(await chain.verify({ level: 3, blocks: 2 })).toEqual({ blocks: 2, fault: undefined, skipped: undefined })
  await closeLast()
  chain = await open(place, { verify: { level: 3, blocks: 6 } })
  expect(statesOf(chain)).toEqual([
    [0, undefined, true],
    [BASE + 3, BASE, false],
  ])
})

test('a dump is of one moment, and is the same from whoever has these blocks', async () => {
  const chain = await openInMemory()
  await feed(chain, before)
  const dump = await chain.dump()
  await feed(chain, after)
  expect(await gather(dump.pieces)).toEqual(file)
  expect([dump.base.hash, dump.coins, dump.coinsHash]).toEqual([base.hash, coins, coinsHash])
  expect(dump.chainTxCount).toBe(before.reduce((sum, { transactions }) => sum + transactions.length, 1))
  const branched = new Branch(1).mineBusy(3)
  expect((await dumpOf([...branched.blocks, ...before])).file).toEqual(file)
  await chain.close()
})
