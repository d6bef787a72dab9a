import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Header, isCoinbase } from '@raistone/primitives'
import { BlockBuilder, entryParent, solve } from '@raistone/testkit'
import { mineBlocks } from '../src/mine-blocks.js'
import { type Ledger, minted, openMined, outputOf, pay, payTo, take } from './support/ledger.js'
import { PuppetSearch } from './support/puppet-search.js'

let ledger: Ledger
beforeEach(async () => {
  ledger = await openMined(4)
})
afterEach(() => ledger.close())

describe('mining on demand', () => {
  test('connects as many blocks as it was asked for, and says which', async () => {
    const hashes = await mineBlocks(ledger, 10, payTo)
    expect(hashes).toHaveLength(10)
    expect(ledger.chain.tip.height).toBe(14)
    expect(hashes).toEqual(Array.from({ length: 10 }, (_, i) => ledger.chain.entryAt(5 + i)?.hash))
    expect(await mineBlocks(ledger, 0, payTo)).toEqual([])
  })

  test('confirms what waits', async () => {
    const parent = await take(ledger, pay([await minted(ledger, 1)], 1000n))
    const child = await take(ledger, pay([outputOf(parent)], 1000n))
    const [hash] = await mineBlocks(ledger, 1, payTo)
    const block = await ledger.chain.block(hash!)
    expect(block?.transactions.filter(tx => !isCoinbase(tx)).map(({ txid }) => txid)).toEqual([parent.txid, child.txid])
    expect(ledger.mempool.size).toBe(0)
  })

  test('ends when it is told to', async () => {
    const search = new PuppetSearch()
    const stop = new AbortController()
    const mining = mineBlocks({ ...ledger, search }, 5, payTo, { signal: stop.signal })
    ;(await search.next()).solve()
    await search.next()
    stop.abort()
    expect(await mining).toHaveLength(1)
  })

  test('tries as often as it may, over all blocks', async () => {
    const search = new PuppetSearch()
    const mining = mineBlocks({ ...ledger, search }, 5, payTo, { maxTries: 2500 })
    for (const left of [2500, 1500, 500]) {
      const errand = await search.next()
      expect(errand.mostTries).toBe(left)
      errand.solve()
    }
    expect(await mining).toHaveLength(3)
    expect(await mineBlocks(ledger, 1, payTo, { maxTries: 0 })).toEqual([])
  })

  test('rolls the extra nonce when no nonce solves the block', async () => {
    const search = new PuppetSearch()
    const mining = mineBlocks({ ...ledger, search }, 1, payTo)
    const roots = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const errand = await search.next()
      roots.add(errand.header.merkleRoot)
      expect(errand.header.prev).toBe(ledger.chain.tip.hash)
      if (i < 2) errand.giveUp()
      else errand.solve()
    }
    expect(roots.size).toBe(3)
    expect(await mining).toHaveLength(1)
  })

  test('does not count a block that a rival was faster than', async () => {
    const search = new PuppetSearch()
    const mining = mineBlocks({ ...ledger, search }, 1, payTo)
    const late = await search.next()
    const rival = new BlockBuilder(ledger.chain.params, entryParent(ledger.chain.tip)).mine({ extraNonce: 9 })
    await ledger.chain.submitBlock(rival.raw)
    late.solve()
    const second = await search.next()
    expect(second.header.prev).toBe(rival.hash)
    second.solve()
    expect(await mining).toEqual([ledger.chain.tip.hash])
    expect(ledger.chain.tip.height).toBe(6)
  })

  test('by two at a time connects all that both were asked for', async () => {
    const both = await Promise.all([mineBlocks(ledger, 5, payTo), mineBlocks(ledger, 5, payTo)])
    const hashes = new Set(both.flat())
    expect(hashes.size).toBe(10)
    for (const hash of hashes) expect(ledger.chain.isActive(ledger.chain.entry(hash)!)).toBe(true)
  })

  test('gives up when the search does not try any more, or the clock is set back', async () => {
    const search = new PuppetSearch()
    const silent = { hashes: 0, search: () => Promise.resolve(undefined), close: () => Promise.resolve() }
    expect(await mineBlocks({ ...ledger, search: silent }, 1, payTo)).toEqual([])
    const mining = mineBlocks({ ...ledger, search }, 1, payTo)
    const errand = await search.next()
    ledger.clock.ms -= 30 * 86_400_000
    errand.solve()
    expect(await mining).toEqual([])
  })

  test('throws where a block made here is refused: that is a bug', async () => {
    const wrong = {
      hashes: 0,
      search: (header: Header) => Promise.resolve(solve(header, false)),
      close: () => Promise.resolve(),
    }
    await expect(mineBlocks({ ...ledger, search: wrong }, 1, payTo)).rejects.toThrow('refused: high-hash')
  })
})
