import { afterEach, describe, expect, test } from '@jest/globals'
import { withDeadline } from '@raistone/testkit'
import { createLocalSearch } from '../src/search/local.js'
import type { NonceSearch } from '../src/search/nonce-search.js'
import { createWorkerSearch } from '../src/search/pool.node.js'
import { NonceScan } from '../src/search/scan.js'
import { solvedHeader } from '../src/search/solved.js'
import { first, firstTarget, numberOf, scanSuite } from './support/scan-suite.js'

const NEVER = 0n
const easy = 1n << 252n

describe('the scan', () => {
  scanSuite((header, target) => new NonceScan(header, target))
})

test('what is found is hashed again: a wrong nonce is an error, not a block', () => {
  expect(solvedHeader({ ...first, nonce: 1 }, 2083236893, firstTarget)).toEqual(first)
  expect(() => solvedHeader(first, 2083236892, firstTarget)).toThrow('no solution')
})

/** What both kinds must do. */
const suite = (name: string, create: () => NonceSearch): void =>
  describe(name, () => {
    let search: NonceSearch
    afterEach(() => search.close())

    test('solves, and counts what it tried', async () => {
      search = create()
      const solved = await search.search({ ...first, nonce: 99 }, easy)
      expect(numberOf(solved!)).toBeLessThanOrEqual(easy)
      expect({ ...solved, nonce: 0 }).toEqual({ ...first, nonce: 0 })
      expect(search.hashes).toBeGreaterThan(0)
    })

    test('tries no more nonces than it may', async () => {
      search = create()
      expect(await search.search(first, NEVER, { mostTries: 9001 })).toBeUndefined()
      expect(search.hashes).toBe(9001)
      expect(await search.search(first, NEVER, { mostTries: 0 })).toBeUndefined()
      expect(search.hashes).toBe(9001)
    })

    test('ends when it is told to, before and meanwhile', async () => {
      search = create()
      expect(await search.search(first, easy, { signal: AbortSignal.abort() })).toBeUndefined()
      const stop = new AbortController()
      const searching = search.search(first, NEVER, { signal: stop.signal })
      setImmediate(() => stop.abort())
      expect(await withDeadline(searching, 10_000, 'the end of the search')).toBeUndefined()
    })

    test('lets everybody else have a turn meanwhile', async () => {
      search = create()
      let turns = 0
      let searching = true
      const turn = (): void => {
        turns++
        if (searching) setImmediate(turn)
      }
      setImmediate(turn)
      await search.search(first, NEVER, { mostTries: 20_000 })
      searching = false
      expect(turns).toBeGreaterThan(5)
    })
  })

suite('the search on this thread', createLocalSearch)
suite('the search on two threads', () => createWorkerSearch({ threads: 2 }))

describe('search threads', () => {
  const workerHandles = (): number => process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length
  const script = (name: string): URL => new URL(`./support/${name}.node.js`, import.meta.url)

  test('start with the first search and are gone after close', async () => {
    const before = workerHandles()
    const search = createWorkerSearch({ threads: 2 })
    expect(workerHandles()).toBe(before)
    const searching = search.search(first, NEVER)
    expect(workerHandles()).toBeGreaterThan(before)
    await search.close()
    expect(await searching).toBeUndefined()
    expect(workerHandles()).toBe(before)
    expect(await search.search(first, easy)).toBeUndefined()
    expect(workerHandles()).toBe(before)
  })

  test('a new search ends the one before', async () => {
    const search = createWorkerSearch({ threads: 2 })
    const older = search.search(first, NEVER)
    const newer = search.search(first, easy)
    expect(await older).toBeUndefined()
    expect(numberOf((await newer)!)).toBeLessThanOrEqual(easy)
    await search.close()
  })

  test('share the nonces without a gap: one of them finds the only solution', async () => {
    const search = createWorkerSearch({ threads: 2 })
    for (const from of [10, 2990]) {
      // The first `from` nonces do not reach the least hash, which is where the other thread's share begins or ends.
      const hashes = Array.from({ length: 3000 }, (_, nonce) => numberOf({ ...first, time: from, nonce }))
      const least = hashes.reduce((a, b) => (b < a ? b : a))
      const solved = await search.search({ ...first, time: from }, least, { mostTries: 3000 })
      expect(solved?.nonce).toBe(hashes.indexOf(least))
    }
    await search.close()
  })

  test('try no nonce that a header has no room for', async () => {
    const search = createWorkerSearch({ threads: 3, script: script('idler') })
    expect(await search.search(first, easy, { mostTries: 2 ** 40 })).toBeUndefined()
    expect(search.hashes).toBe(2 ** 32)
    await search.close()
  })

  test('that lie are found out', async () => {
    const search = createWorkerSearch({ threads: 1, script: script('liar') })
    await expect(search.search(first, firstTarget)).rejects.toThrow('no solution')
    await search.close()
  })

  test('that die fail the search in hand, and the next one has others', async () => {
    const search = createWorkerSearch({ threads: 1, script: script('mortal') })
    await expect(search.search(first, easy)).rejects.toThrow('out of breath')
    expect(numberOf((await withDeadline(search.search(first, easy), 20_000))!)).toBeLessThanOrEqual(easy)
    await search.close()
  })
})
