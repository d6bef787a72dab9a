import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { OutpointKey } from '@raistone/primitives'
import fc from 'fast-check'
import { type Coin, type CoinDiff, reverseDiff } from '../../src/coin.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { CoinStore } from '../../src/store/coin-store.js'
import { CoinTable } from '../../src/store/coin-table.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { coinAt, coinOf, tipAt } from '../support/store-records.js'

const ROOMY = 1 << 30
/** No slot fits. */
const NO_ROOM = 1

let store: ChainStore
let coins: CoinStore
beforeEach(async () => {
  store = await openMemoryStore()
  coins = store.coins
})
afterEach(() => store.close())

const adding = (...added: [OutpointKey, Coin][]): CoinDiff => ({ added: new Map(added), spent: new Map() })
const spending = (...spent: [OutpointKey, Coin][]): CoinDiff => ({ added: new Map(), spent: new Map(spent) })

async function onDisk(from = coins): Promise<Map<OutpointKey, Coin>> {
  const walk = from.walk()
  const found = new Map(await walk.next(1000))
  await walk.close()
  return found
}

const get = async (table: CoinTable, key: OutpointKey): Promise<Coin | undefined> => (await table.load([key])).get(key)

/** The store, with what it writes to the disk told and its answers held back on demand. */
class WatchedStore extends CoinStore {
  readonly written: [OutpointKey, Coin | undefined][] = []
  asked: OutpointKey[] = []
  gate: Promise<void> | undefined

  override async getMany(keys: readonly OutpointKey[]): Promise<(Coin | undefined)[]> {
    this.asked.push(...keys)
    const answer = await super.getMany(keys)
    await this.gate
    return answer
  }

  override write(changes: Iterable<readonly [OutpointKey, Coin | undefined]>, tip: ReturnType<typeof tipAt>) {
    const all = [...changes]
    this.written.push(...all.map(([key, coin]): [OutpointKey, Coin | undefined] => [key, coin]))
    return super.write(all, tip)
  }
}

describe('what reaches the disk', () => {
  let watched: WatchedStore
  beforeEach(() => {
    watched = new WatchedStore(coins.database)
  })

  test('a coin made and spent between two flushes never does, not even as a deletion', async () => {
    const table = new CoinTable(watched, ROOMY)
    table.apply(adding([coinAt(1), coinOf(1)], [coinAt(2), coinOf(2)]))
    table.apply(spending([coinAt(1), coinOf(1)]))
    expect(await get(table, coinAt(1))).toBeUndefined()
    await table.flush(tipAt(1))
    expect(watched.written).toEqual([[coinAt(2), coinOf(2)]])
  })

  test('a coin that was flushed is deleted when it is spent, also by who never loaded it', async () => {
    await new CoinStore(coins.database).write([[coinAt(1), coinOf(1)]], tipAt(1))
    const table = new CoinTable(watched, ROOMY)
    table.apply(spending([coinAt(1), coinOf(1)]))
    expect(await get(table, coinAt(1))).toBeUndefined()
    await table.flush(tipAt(2))
    expect(watched.written).toEqual([[coinAt(1), undefined]])
    expect(await onDisk()).toEqual(new Map())
  })

  test('a coin spent and made again before the flush is there, and is deleted if it is spent once more', async () => {
    const table = new CoinTable(watched, ROOMY)
    table.apply(adding([coinAt(1), coinOf(1)]))
    await table.flush(tipAt(1))
    table.apply(spending([coinAt(1), coinOf(1)]))
    table.apply(adding([coinAt(1), coinOf(9)]))
    table.apply(spending([coinAt(1), coinOf(9)]))
    await table.flush(tipAt(2))
    expect(await onDisk()).toEqual(new Map())
  })

  test('a coinbase that repeats one on the disk is deleted when it is spent', async () => {
    const coinbase = coinOf(1, { coinbase: true })
    await new CoinStore(coins.database).write([[coinAt(1), coinbase]], tipAt(1))
    const table = new CoinTable(watched, ROOMY)
    table.apply(adding([coinAt(1), coinbase]))
    table.apply(spending([coinAt(1), coinbase]))
    await table.flush(tipAt(2))
    expect(await onDisk()).toEqual(new Map())
  })

  test('what did not change is not written', async () => {
    await new CoinStore(coins.database).write([[coinAt(1), coinOf(1)]], tipAt(1))
    const table = new CoinTable(watched, ROOMY)
    await table.load([coinAt(1), coinAt(2)])
    await table.flush(tipAt(2))
    expect(watched.written).toEqual([])
    expect(await coins.tip()).toEqual(tipAt(2))
  })
})

describe('a reader that waits for the disk while a block is connected', () => {
  let watched: WatchedStore
  let table: CoinTable
  let release: () => void
  beforeEach(async () => {
    await coins.write(
      [
        [coinAt(1), coinOf(1)],
        [coinAt(2), coinOf(2)],
      ],
      tipAt(1),
    )
    watched = new WatchedStore(coins.database)
    table = new CoinTable(watched, ROOMY)
    watched.gate = new Promise(resolve => {
      release = resolve
    })
  })

  test('can tell by the version, and leaves nothing stale behind', async () => {
    const { version } = table
    const reading = table.load([coinAt(1), coinAt(2), coinAt(3)])
    table.apply({ added: new Map([[coinAt(3), coinOf(3)]]), spent: new Map([[coinAt(1), coinOf(1)]]) })
    release()
    await reading
    expect(table.version).not.toBe(version)
    expect(await get(table, coinAt(1))).toBeUndefined()
    expect(await get(table, coinAt(2))).toEqual(coinOf(2))
    expect(await get(table, coinAt(3))).toEqual(coinOf(3))
  })

  test('does not bring a coin back whose deletion was flushed meanwhile', async () => {
    const reading = table.load([coinAt(1)])
    table.apply(spending([coinAt(1), coinOf(1)]))
    await table.flush(tipAt(2))
    release()
    await reading
    expect(await get(table, coinAt(1))).toBeUndefined()
  })

  test('two that wait for the same coin count it once', async () => {
    const one = new CoinTable(watched, 800)
    const readings = [1, 2, 3].map(() => one.load([coinAt(1)]))
    release()
    await Promise.all(readings)
    watched.asked = []
    // There is room for a second one.
    await one.load([coinAt(2)])
    await one.load([coinAt(1), coinAt(2)])
    expect(watched.asked).toEqual([coinAt(2)])
  })
})

describe('the room', () => {
  const many = Array.from({ length: 50 }, (_, i): [OutpointKey, Coin] => [coinAt(i), coinOf(i)])

  test('reading fills it and goes no further', async () => {
    await coins.write(many, tipAt(1))
    const watched = new WatchedStore(coins.database)
    const table = new CoinTable(watched, 10 * 400)
    for (const [key, coin] of many) expect(await get(table, key)).toEqual(coin)
    expect(table.full).toBe(false)
    watched.asked = []
    await table.load(many.map(([key]) => key))
    expect(watched.asked.length).toBeGreaterThanOrEqual(many.length - 11)
    expect(watched.asked.length).toBeLessThan(many.length)
  })

  test('changes fill it until the flush, which makes half of it free', async () => {
    const table = new CoinTable(coins, 10 * 400)
    table.apply(adding(...many.slice(0, 5)))
    expect(table.full).toBe(false)
    table.apply(adding(...many.slice(5)))
    expect(table.full).toBe(true)
    await table.flush(tipAt(1))
    expect(table.full).toBe(false)
    table.apply(adding(...Array.from({ length: 5 }, (_, i): [OutpointKey, Coin] => [coinAt(100 + i), coinOf(i)])))
    expect(table.full).toBe(false)
    expect(await onDisk()).toEqual(new Map(many))
  })

  test('long scripts count', () => {
    const table = new CoinTable(coins, 10_000)
    table.apply(adding([coinAt(1), coinOf(1, { script: new Uint8Array(10_000) })]))
    expect(table.full).toBe(true)
    table.apply(spending([coinAt(1), coinOf(1)]))
    expect(table.full).toBe(false)
  })
})

type Move =
  | { readonly do: 'block'; readonly picks: readonly number[]; readonly coinbase: boolean }
  | { readonly do: 'back' }
  | { readonly do: 'load'; readonly picks: readonly number[] }
  | { readonly do: 'flush' }
  | { readonly do: 'restart' }

const KEYS = 12
const picks = fc.uniqueArray(fc.nat(KEYS - 1), { maxLength: 6 })
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('block' as const), picks, coinbase: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ do: 'back' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('load' as const), picks }) },
  { weight: 3, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

/** The same moves on a map and on a table: what the table must be the same as. */
class Model {
  readonly coins = new Map<OutpointKey, Coin>()
  /** What can be taken back. */
  private readonly diffs: CoinDiff[] = []
  private flushed: readonly (readonly [OutpointKey, Coin])[] = []
  private made = 0

  /** Coins that are there are spent, the others made: each with a value of its own. */
  block(chosen: readonly number[], coinbase: boolean): CoinDiff {
    const diff = { added: new Map<OutpointKey, Coin>(), spent: new Map<OutpointKey, Coin>() }
    for (const n of chosen) {
      const coin = this.coins.get(coinAt(n))
      if (coin) diff.spent.set(coinAt(n), coin)
      else diff.added.set(coinAt(n), coinOf(++this.made, { coinbase }))
    }
    this.diffs.push(diff)
    return this.apply(diff)
  }

  back(): CoinDiff | undefined {
    const diff = this.diffs.pop()
    return diff && this.apply(reverseDiff(diff))
  }

  flush(): void {
    this.flushed = [...this.coins]
  }

  /** The process dies: what was not flushed is gone. Blocks from before are not taken back after it. */
  crash(): void {
    this.coins.clear()
    for (const [key, coin] of this.flushed) this.coins.set(key, coin)
    this.diffs.length = 0
  }

  private apply(diff: CoinDiff): CoinDiff {
    for (const key of diff.spent.keys()) this.coins.delete(key)
    for (const [key, coin] of diff.added) this.coins.set(key, coin)
    return diff
  }
}

const allKeys = Array.from({ length: KEYS }, (_, i) => coinAt(i))

describe('against a map', () => {
  test.each([NO_ROOM, 1500, ROOMY])('the table answers the same with room for %i bytes', async room => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
        await coins.clear()
        const model = new Model()
        let table = new CoinTable(coins, room)
        for (const [i, one] of moves.entries()) {
          if (one.do === 'block') table.apply(model.block(one.picks, one.coinbase))
          if (one.do === 'back') {
            const diff = model.back()
            if (diff) table.apply(diff)
          }
          if (one.do === 'load') {
            const keys = one.picks.map(n => coinAt(n))
            const view = await table.load(keys)
            expect(keys.map(key => view.get(key))).toEqual(keys.map(key => model.coins.get(key)))
          }
          if (one.do === 'flush') {
            await table.flush(tipAt(i))
            model.flush()
            expect(await onDisk()).toEqual(model.coins)
            expect(await coins.tip()).toEqual(tipAt(i))
          }
          if (one.do === 'restart') {
            model.crash()
            table = new CoinTable(coins, room)
          }
        }
        const view = await table.load(allKeys)
        expect(allKeys.map(key => view.get(key))).toEqual(allKeys.map(key => model.coins.get(key)))
        await table.flush(tipAt(1000))
        expect(await onDisk()).toEqual(model.coins)
      }),
      { numRuns: 100 },
    )
  })
})
