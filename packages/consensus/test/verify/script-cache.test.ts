import { describe, expect, test } from '@jest/globals'
import type { Wtxid } from '@raistone/primitives'
import { openChain } from '../../src/chain/open.js'
import { scriptFlagsAt } from '../../src/rules/script-flags.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { CACHE_SECRET_BYTES, ScriptCache } from '../../src/verify/script-cache.js'
import { Branch } from '../support/branch.js'
import { feed, liveClock, liveParams, liveVerifier } from '../support/live-chain.js'

const secret = new Uint8Array(CACHE_SECRET_BYTES).fill(7)
const id = (n: number) => n.toString(16).padStart(64, '0') as Wtxid

describe('what is remembered of scripts', () => {
  test('is of one transaction under one set of flags', () => {
    const cache = new ScriptCache(secret)
    cache.add(id(1), 5)
    expect([cache.has(id(1), 5), cache.has(id(1), 4), cache.has(id(2), 5)]).toEqual([true, false, false])
  })

  test('is no more than there is room for, the oldest going first', () => {
    const cache = new ScriptCache(secret, 3)
    for (let n = 0; n < 5; n++) cache.add(id(n), 0)
    expect(cache.size).toBe(3)
    expect([0, 1, 2, 3, 4].map(n => cache.has(id(n), 0))).toEqual([false, false, true, true, true])
  })

  test('saves the checks of a block, and only those under its own flags', async () => {
    const { blocks } = new Branch(1).mineBusy(8)
    const transactions = blocks.flatMap(block => block.transactions.slice(1))
    const checked = async (flags: number | undefined): Promise<number> => {
      const scriptCache = new ScriptCache(secret)
      if (flags !== undefined) for (const { wtxid } of transactions) scriptCache.add(wtxid, flags)
      const store = await openMemoryStore()
      const chain = await openChain({
        params: liveParams,
        store,
        verifier: liveVerifier,
        clock: liveClock,
        scriptCache,
      })
      expect(new Set(await feed(chain, blocks))).toEqual(new Set(['connected']))
      await chain.close()
      return chain.signaturesChecked
    }
    const flags = scriptFlagsAt(8, blocks[7]!.hash, liveParams)
    const all = await checked(undefined)
    expect(all).toBeGreaterThan(0)
    expect(await checked(flags + 1)).toBe(all)
    expect(await checked(flags)).toBe(0)
  })
})
