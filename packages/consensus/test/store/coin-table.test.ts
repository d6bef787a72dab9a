import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { OutpointKey } from '@raistone/primitives'
import fc from 'fast-check'
import { type Coin, type CoinDiff, reverseDiff } from '../../src/coin.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { CoinBatch } from '../../src/store/coin-batch.js'
import { outpointOfCoinKey } from '../../src/store/coin-record.js'
import { CoinStore } from '../../src/store/coin-store.js'
import { CoinTable } from '../../src/store/coin-table.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { type KeyHash, sipHashOf } from '../../src/store/sip-hash.js'
import { coinAt, coinOf, tipAt } from '../support/store-records.js'

const ROOMY = 1 << 30
/** No slot fits. */
const NO_ROOM = 1
/** What the index takes at least. */
const EMPTY = 32_768
/** Slots that the tables of these tests grow by, and what they are counted with. */
const SLAB_BITS = 2
const SLAB_BYTES = 4 * 109

const sipHash = sipHashOf(9, new Uint8Array(16).fill(7))

const tableOf = (from: CoinStore, mostBytes: number, hash: KeyHash = sipHash): CoinTable =>
  new CoinTable(from, mostBytes, hash, { slabBits: SLAB_BITS })

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

/** The store, with what it is asked and what it writes told, and its answers held back on demand. */
class WatchedStore extends CoinStore {
  readonly changed: OutpointKey[] = []
  asked: OutpointKey[] = []
  gate: Promise<void> | undefined

  override async readMany(keys: Uint8Array[]): Promise<(Coin | undefined)[]> {
    this.asked.push(...keys.map(outpointOfCoinKey))
    const answer = await super.readMany(keys)
    await this.gate
    return answer
  }

  override batch(): CoinBatch {
    const batch = this.database.batch()
    const tell = (key: Uint8Array): void => {
      if (key.length > 1) this.changed.push(outpointOfCoinKey(key))
    }
    return new CoinBatch({
      put: (key, value) => {
        tell(key)
        batch.put(key, value)
      },
      del: key => {
        tell(key)
        batch.del(key)
      },
      write: options => batch.write(options),
    })
  }
}

describe('what reaches the disk', () => {
  let watched: WatchedStore
  beforeEach(() => {
    watched = new WatchedStore(coins.database)
  })

  test('a coin made and spent between two flushes never does, not even as a deletion', async () => {
    const table = tableOf(watched, ROOMY)
    table.apply(adding([coinAt(1), coinOf(1)], [coinAt(2), coinOf(2)]))
    table.apply(spending([coinAt(1), coinOf(1)]))
    expect(await get(table, coinAt(1))).toBeUndefined()
    await table.flush(tipAt(1))
    expect(watched.changed).toEqual([coinAt(2)])
    expect(await onDisk()).toEqual(new Map([[coinAt(2), coinOf(2)]]))
  })

  test('a coin that was flushed is deleted when it is spent, also by who never loaded it', async () => {
    await new CoinStore(coins.database).write([[coinAt(1), coinOf(1)]], tipAt(1))
    const table = tableOf(watched, ROOMY)
    table.apply(spending([coinAt(1), coinOf(1)]))
    expect(await get(table, coinAt(1))).toBeUndefined()
    await table.flush(tipAt(2))
    expect(watched.changed).toEqual([coinAt(1)])
    expect(await onDisk()).toEqual(new Map())
  })

  test('a coin spent and made again before the flush is there, and is deleted if it is spent once more', async () => {
    const table = tableOf(watched, ROOMY)
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
    const table = tableOf(watched, ROOMY)
    table.apply(adding([coinAt(1), coinbase]))
    table.apply(spending([coinAt(1), coinbase]))
    await table.flush(tipAt(2))
    expect(await onDisk()).toEqual(new Map())
  })

  test('what did not change is not written', async () => {
    await new CoinStore(coins.database).write([[coinAt(1), coinOf(1)]], tipAt(1))
    const table = tableOf(watched, ROOMY)
    await table.load([coinAt(1), coinAt(2)])
    await table.flush(tipAt(2))
    expect(watched.changed).toEqual([])
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
    table = tableOf(watched, ROOMY)
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
    const one = tableOf(watched, EMPTY + SLAB_BYTES)
    const readings = [1, 2, 3].map(() => one.load([coinAt(1)]))
    release()
    await Promise.all(readings)
    watched.asked = []
    // There is room for four.
    await one.load([coinAt(2)])
    await one.load([coinAt(1), coinAt(2)])
    expect(watched.asked).toEqual([coinAt(2)])
    one.apply(spending([coinAt(1), coinOf(1)]))
    await one.flush(tipAt(2))
    expect(await get(one, coinAt(1))).toBeUndefined()
  })

  test('finds in memory what it read although another block was connected meanwhile', async () => {
    const reading = table.load([coinAt(1), coinAt(2)])
    table.apply(adding([coinAt(3), coinOf(3)]))
    release()
    await reading
    watched.asked = []
    await table.load([coinAt(1), coinAt(2)])
    expect(watched.asked).toEqual([])
  })
})

describe('a diff that is taken back before the flush', () => {
  test('of new coins leaves nothing to write', async () => {
    const watched = new WatchedStore(coins.database)
    const table = tableOf(watched, ROOMY)
    const diff = adding([coinAt(1), coinOf(1)], [coinAt(2), coinOf(2)])
    table.apply(diff)
    table.apply(reverseDiff(diff))
    await table.flush(tipAt(1))
    expect(watched.changed).toEqual([])
  })

  test.each([true, false])('of spent coins leaves the disk as it was, loaded before: %s', async loaded => {
    await coins.write([[coinAt(1), coinOf(1)]], tipAt(1))
    const table = tableOf(coins, ROOMY)
    if (loaded) await table.load([coinAt(1)])
    const diff = { ...spending([coinAt(1), coinOf(1)]), added: new Map([[coinAt(2), coinOf(2)]]) }
    table.apply(diff)
    table.apply(reverseDiff(diff))
    expect(await get(table, coinAt(1))).toEqual(coinOf(1))
    await table.flush(tipAt(1))
    expect(await onDisk()).toEqual(new Map([[coinAt(1), coinOf(1)]]))
    // It is known to be on the disk: spent now, it is deleted there.
    table.apply(spending([coinAt(1), coinOf(1)]))
    await table.flush(tipAt(2))
    expect(await onDisk()).toEqual(new Map())
  })
})

describe('the room', () => {
  const many = Array.from({ length: 50 }, (_, i): [OutpointKey, Coin] => [coinAt(i), coinOf(i)])
  const room = EMPTY + 3 * SLAB_BYTES

  test('reading fills it and goes no further', async () => {
    await coins.write(many, tipAt(1))
    const watched = new WatchedStore(coins.database)
    const table = tableOf(watched, room)
    for (const [key, coin] of many) {
      expect(await get(table, key)).toEqual(coin)
      expect(table.bytes).toBeLessThanOrEqual(room)
    }
    expect(table.full).toBe(false)
    watched.asked = []
    await table.load(many.map(([key]) => key))
    expect(watched.asked).toHaveLength(many.length - 12)
  })

  test('what was asked for lately stays longest', async () => {
    await coins.write(many, tipAt(1))
    const watched = new WatchedStore(coins.database)
    const table = tableOf(watched, room)
    for (const [key] of many) await table.load([coinAt(0), key])
    expect(watched.asked.filter(key => key === coinAt(0))).toHaveLength(1)
  })

  test('coins that are only remembered make room for changes', async () => {
    await coins.write(many, tipAt(1))
    const table = tableOf(coins, room)
    await table.load(many.map(([key]) => key))
    const fresh = Array.from({ length: 8 }, (_, i): [OutpointKey, Coin] => [coinAt(100 + i), coinOf(100 + i)])
    table.apply({ added: new Map(fresh), spent: new Map(many.slice(20, 24)) })
    expect(table.full).toBe(false)
    expect(table.bytes).toBeLessThanOrEqual(room)
    await table.flush(tipAt(2))
    expect(await onDisk()).toEqual(new Map([...many.slice(0, 20), ...many.slice(24), ...fresh]))
  })

  test('a flush gives back what many changes took, the index included', async () => {
    const table = new CoinTable(coins, EMPTY + 100_000, sipHash, { slabBits: 8 })
    table.apply(adding(...Array.from({ length: 8000 }, (_, i): [OutpointKey, Coin] => [coinAt(i), coinOf(i)])))
    expect(table.full).toBe(true)
    await table.flush(tipAt(1))
    expect(table.full).toBe(false)
    expect(table.bytes).toBeLessThanOrEqual(EMPTY + 100_000)
  })

  test('a long script is read, but not remembered where it does not fit', async () => {
    const long = coinOf(1, { script: new Uint8Array(10_000).fill(3) })
    await coins.write([[coinAt(1), long]], tipAt(1))
    const table = tableOf(coins, room)
    expect(await get(table, coinAt(1))).toEqual(long)
    expect(table.bytes).toBeLessThanOrEqual(room)
    expect(table.full).toBe(false)
  })

  test('changes never make room for what is read, and fill it until the flush', async () => {
    const watched = new WatchedStore(coins.database)
    await coins.write(many, tipAt(1))
    const table = tableOf(watched, room)
    const fresh = Array.from({ length: 60 }, (_, i): [OutpointKey, Coin] => [coinAt(100 + i), coinOf(100 + i)])
    table.apply(adding(...fresh.slice(0, 12)))
    expect(table.full).toBe(false)
    await table.load(many.map(([key]) => key))
    expect(table.bytes).toBeLessThanOrEqual(room)
    table.apply(adding(...fresh.slice(12)))
    expect(table.full).toBe(true)
    // One slab at a time: 15 of them, and no more.
    expect(table.bytes).toBeLessThanOrEqual(EMPTY + 15 * SLAB_BYTES)
    await table.flush(tipAt(2))
    expect(table.full).toBe(false)
    expect(table.bytes).toBeLessThanOrEqual(room)
    expect(await onDisk()).toEqual(new Map([...many, ...fresh]))
  })

  test('long scripts count', async () => {
    const table = tableOf(coins, EMPTY + 10_000)
    const long = coinOf(1, { script: new Uint8Array(10_000).fill(3) })
    const before = table.bytes
    table.apply(adding([coinAt(1), long]))
    expect(table.bytes).toBeGreaterThan(before + 10_000)
    expect(table.full).toBe(true)
    expect(await get(table, coinAt(1))).toEqual(long)
    await table.flush(tipAt(1))
    expect(table.full).toBe(false)
    expect(await get(table, coinAt(1))).toEqual(long)
    table.apply(spending([coinAt(1), long]))
    expect(table.full).toBe(false)
  })

  test('a flush of many changes lets others have their turn', async () => {
    const table = new CoinTable(coins, ROOMY, sipHash)
    const script = new Uint8Array(25)
    const all = Array.from({ length: 30_000 }, (_, i): [OutpointKey, Coin] => [coinAt(i), coinOf(i, { script })])
    table.apply(adding(...all))
    const batch = coins.batch()
    let turns = 0
    let written = false
    batch.write = async () => {
      written = true
    }
    coins.batch = () => batch
    const flushing = table.flush(tipAt(1))
    const turn = (): void => {
      if (written) return
      turns++
      setImmediate(turn)
    }
    setImmediate(turn)
    await flushing
    expect(turns).toBeGreaterThan(0)
  })
})

describe('every coin that is put in comes out', () => {
  const hashes: [string, KeyHash][] = [
    ['SipHash', sipHash],
    ['three bits', (words, at) => ((sipHash(words, at) & 7) * 0x20000001) | 0],
    ['nothing', () => 0],
    ['the last cells', (words, at) => (sipHash(words, at) & 1) - 2],
  ]
  test.each(hashes)('hashed to %s', async (_, hash) => {
    const table = tableOf(coins, ROOMY, hash)
    const all = Array.from({ length: 600 }, (_, i): [OutpointKey, Coin] => [
      coinAt(i >> 1, i & 1 && 70_000 + i),
      coinOf(i),
    ])
    table.apply(adding(...all))
    const gone = all.filter((_, i) => i % 3 === 1)
    table.apply(spending(...gone))
    const view = await table.load(all.map(([key]) => key))
    for (const [i, [key, coin]] of all.entries()) expect(view.get(key)).toEqual(i % 3 === 1 ? undefined : coin)
    await table.flush(tipAt(1))
    expect(await onDisk()).toEqual(new Map(all.filter((_, i) => i % 3 !== 1)))
  })

  test('with a script of any length around that of a slot', async () => {
    const all = Array.from({ length: 60 }, (_, i): [OutpointKey, Coin] => [
      coinAt(i),
      coinOf(i, { script: new Uint8Array(i).fill(i), value: 2n ** 64n - 1n, height: 2 ** 31 - 1, coinbase: true }),
    ])
    const table = tableOf(coins, ROOMY)
    table.apply(adding(...all))
    for (const [key, coin] of all) expect(await get(table, key)).toEqual(coin)
    await table.flush(tipAt(1))
    expect(await onDisk()).toEqual(new Map(all))
  })

  test('by its bytes as by its name', async () => {
    const table = tableOf(coins, ROOMY)
    await coins.write([[coinAt(3), coinOf(3)]], tipAt(1))
    table.apply(adding([coinAt(1, 258), coinOf(1)]))
    table.apply(spending([coinAt(2), coinOf(2)]))
    const bytes = (n: number, vout: number): Uint8Array => {
      const out = new Uint8Array(37)
      out[1] = n
      out[33] = vout
      out[34] = vout >> 8
      return out
    }
    expect(table.peek(bytes(1, 258), 1)).toEqual(coinOf(1))
    expect(table.peek(bytes(1, 2), 1)).toBeUndefined()
    expect(table.peek(bytes(2, 0), 1)).toBe('spent')
    expect(table.peek(bytes(3, 0), 1)).toBeUndefined()
    await table.load([coinAt(3)])
    expect(table.peek(bytes(3, 0), 1)).toEqual(coinOf(3))
  })

  test('and what it was made from may change', async () => {
    const table = tableOf(coins, ROOMY)
    for (const length of [5, 500]) {
      const script = new Uint8Array(length).fill(1)
      table.apply(adding([coinAt(length), coinOf(1, { script })]))
      script.fill(2)
      const coin = await get(table, coinAt(length))
      expect(coin?.script[0]).toBe(1)
      coin?.script.fill(3)
      expect((await get(table, coinAt(length)))?.script[0]).toBe(1)
    }
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
      else {
        const script = new Uint8Array((7 * ++this.made) % 90).fill(n)
        diff.added.set(coinAt(n), coinOf(this.made, { coinbase, script }))
      }
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

/** Plays the moves on a map and on tables over the store, and compares. */
async function play(store: CoinStore, moves: readonly Move[], room: number, hash?: KeyHash): Promise<void> {
  await store.clear()
  const model = new Model()
  let table = tableOf(store, room, hash)
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
      expect(table.bytes).toBeLessThanOrEqual(Math.max(room, EMPTY))
      expect(await onDisk(store)).toEqual(model.coins)
      expect(await store.tip()).toEqual(tipAt(i))
    }
    if (one.do === 'restart') {
      model.crash()
      table = tableOf(store, room, hash)
    }
  }
  const view = await table.load(allKeys)
  expect(allKeys.map(key => view.get(key))).toEqual(allKeys.map(key => model.coins.get(key)))
  await table.flush(tipAt(1000))
  expect(await onDisk(store)).toEqual(model.coins)
}

describe('against a map', () => {
  const moves = fc.array(move, { maxLength: 40 })

  test.each([
    ['no coin', NO_ROOM, undefined],
    ['a few coins', EMPTY + 2 * SLAB_BYTES, undefined],
    ['a few coins that collide', EMPTY + 2 * SLAB_BYTES, (words: Int32Array) => (words[0] as number) & 1],
    ['all coins', ROOMY, undefined],
  ])('the table answers the same with room for %s', async (_, room, hash) => {
    await fc.assert(
      fc.asyncProperty(moves, one => play(coins, one, room, hash)),
      { numRuns: 75 },
    )
  })

  test('the table answers the same over a database on the disk', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'raistone-coins-'))
    const onLevel = await openLevelStore(dir)
    try {
      await fc.assert(
        fc.asyncProperty(moves, one => play(onLevel.coins, one, EMPTY + 2 * SLAB_BYTES)),
        { numRuns: 15 },
      )
    } finally {
      await onLevel.close()
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
