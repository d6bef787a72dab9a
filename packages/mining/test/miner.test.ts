import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { BlockBuilder, entryParent, withDeadline } from '@raistone/testkit'
import { Miner, type MinerEvents } from '../src/miner.js'
import { createWorkerSearch } from '../src/search/pool.node.js'
import { type Ledger, minted, openLedger, openMined, pay, payTo, quick, take } from './support/ledger.js'
import { PuppetSearch } from './support/puppet-search.js'

let ledger: Ledger
let search: PuppetSearch
let miner: Miner
beforeEach(async () => {
  ledger = await openMined(4)
  search = new PuppetSearch()
  miner = new Miner({ ...ledger, search, random: () => 0.5 }, { payTo })
})
afterEach(async () => {
  await miner.stop()
  await ledger.close()
})

const next = () => withDeadline(search.next(), 10_000, 'the next search')

const happens = <K extends keyof MinerEvents>(name: K): Promise<MinerEvents[K]> =>
  withDeadline(
    new Promise(resolve => {
      const off = miner.events.on(name, event => {
        off()
        resolve(event)
      })
    }),
    10_000,
    name,
  )

describe('the miner', () => {
  test('goes on after each block, on top of it', async () => {
    miner.start()
    for (const height of [5, 6, 7]) {
      const errand = await next()
      expect(errand.header.prev).toBe(ledger.chain.tip.hash)
      const found = happens('found')
      errand.solve()
      expect(await found).toEqual({ hash: ledger.chain.tip.hash, height })
    }
  })

  test('leaves its work when a rival finds a block, and goes on top of that', async () => {
    miner.start()
    const errand = await next()
    expect(errand.signal?.aborted).toBe(false)
    const rival = new BlockBuilder(ledger.chain.params, entryParent(ledger.chain.tip)).mine({ extraNonce: 9 })
    await ledger.chain.submitBlock(rival.raw)
    expect(errand.signal?.aborted).toBe(true)
    expect((await next()).header.prev).toBe(rival.hash)
  })

  test('takes another extra nonce when no nonce solves the block', async () => {
    miner.start()
    const roots = new Set<string>()
    for (let i = 0; i < 4; i++) {
      const errand = await next()
      roots.add(errand.header.merkleRoot)
      errand.giveUp()
    }
    expect(roots.size).toBe(4)
  })

  test('begins with an extra nonce of its own: two miners with one address do different work', async () => {
    const otherSearch = new PuppetSearch()
    const other = new Miner({ ...ledger, search: otherSearch, random: () => 0.25 }, { payTo })
    miner.start()
    other.start()
    const [a, b] = await Promise.all([next(), otherSearch.next()])
    expect(a.header.merkleRoot).not.toBe(b.header.merkleRoot)
    await other.stop()
  })

  test('says when something is broken, pauses, and goes on', async () => {
    miner.start()
    const errand = await next()
    const failed = happens('failed')
    errand.fail(new Error('the thread is gone'))
    expect(await failed).toMatchObject({ error: new Error('the thread is gone') })
    expect((await next()).header.prev).toBe(ledger.chain.tip.hash)
  })

  test('stops at once, whatever it is doing, and submits nothing any more', async () => {
    miner.start()
    const errand = await next()
    const { tip } = ledger.chain
    errand.solve()
    await miner.stop()
    expect(ledger.chain.tip).toBe(tip)
    expect(errand.signal?.aborted).toBe(true)
  })
})

describe('in time', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  test('a template is renewed after two seconds, with what has come meanwhile', async () => {
    miner.start()
    const errand = await search.next()
    const tx = await take(ledger, pay([await minted(ledger, 1)], 1000n))
    jest.advanceTimersByTime(1999)
    expect(errand.signal?.aborted).toBe(false)
    ledger.clock.ms += 2000
    jest.advanceTimersByTime(1)
    expect(errand.signal?.aborted).toBe(true)
    const renewed = await search.next()
    expect(renewed.header.prev).toBe(errand.header.prev)
    expect(renewed.header.merkleRoot).not.toBe(errand.header.merkleRoot)
    const found = new Promise(resolve => miner.events.on('found', resolve))
    renewed.solve()
    await found
    expect(ledger.mempool.has(tx.txid)).toBe(false)
    expect(jest.getTimerCount()).toBeLessThanOrEqual(1)
  })

  test('waits for the clock where the chain may not run further ahead of it, and leaves no listener behind', async () => {
    const { chain, clock } = ledger
    const right = clock.ms
    clock.ms = (chain.tip.medianTimePast - 3 * chain.params.pow.futureLimitSec) * 1000
    const added = jest.spyOn(AbortSignal.prototype, 'addEventListener')
    const removed = jest.spyOn(AbortSignal.prototype, 'removeEventListener')
    let begun = false
    const first = search.next().finally(() => {
      begun = true
    })
    miner.start()
    await jest.advanceTimersByTimeAsync(2600)
    expect(begun).toBe(false)
    expect(added.mock.calls.length).toBeGreaterThan(10)
    expect(added.mock.calls.length - removed.mock.calls.length).toBe(1)
    added.mockRestore()
    removed.mockRestore()
    clock.ms = right
    await jest.advanceTimersByTimeAsync(250)
    expect((await first).header.prev).toBe(chain.tip.hash)
  })
})

test('with real threads and real work it makes a chain, and nothing is left of it', async () => {
  const limit = BigInt(`0x000f${'ff'.repeat(30)}`)
  const hard = await openLedger({ ...quick, pow: { ...quick.pow, limit } })
  const handles = process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length
  const threads = createWorkerSearch({ threads: 2 })
  const real = new Miner({ ...hard, search: threads, random: () => 0 }, { payTo })
  const grown = new Promise<void>(resolve => {
    hard.chain.events.on('tip', ({ entry }) => {
      if (entry.height === 5) resolve()
    })
  })
  real.start()
  await withDeadline(grown, 20_000, 'the fifth block')
  expect(real.hashesPerSecond).toBeGreaterThan(0)
  await real.stop()
  await threads.close()
  expect(process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length).toBe(handles)
  await hard.close()
})
