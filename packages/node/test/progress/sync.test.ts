import { describe, expect, test } from '@jest/globals'
import type { BlockEntry, Chain, ChainEvents, ChainParams } from '@raistone/consensus'
import { type Figures, Progress } from '../../src/progress/progress.js'
import { showSync } from '../../src/progress/sync.js'
import { VerifiedShare } from '../../src/verified-share.js'

type Listener = (event: never) => void

/** A chain of blocks with so many transactions each, of which the first `known` are connected. */
class FakeChain {
  private readonly listeners = new Map<string, Listener[]>()
  readonly entries: BlockEntry[]
  initialDownload = true

  constructor(
    counts: readonly number[],
    private known: number,
  ) {
    this.entries = counts.map((txCount, height) => ({ height, txCount, header: { time: 600 * height } }) as BlockEntry)
  }

  readonly events = {
    on: (name: string, listener: Listener) => {
      this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener])
      return () => undefined
    },
  }

  get tip(): BlockEntry {
    return this.entries[this.known - 1] as BlockEntry
  }

  get bestHeader(): BlockEntry {
    return this.entries.at(-1) as BlockEntry
  }

  entryAt(height: number): BlockEntry | undefined {
    return height < this.known ? this.entries[height] : undefined
  }

  private emit<K extends keyof ChainEvents>(name: K, event: Partial<ChainEvents[K]>): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event as never)
  }

  connect(): void {
    this.known++
    const block = { transactions: Array.from({ length: this.tip.txCount }) }
    this.emit('connected', { entry: this.tip, block: block as never })
    this.emit('tip', { entry: this.tip })
  }

  disconnect(): void {
    const { tip } = this
    this.known--
    this.emit('disconnected', { entry: tip })
  }

  get chain(): Chain {
    return this as unknown as Chain
  }
}

const params = (mineOnDemand: boolean) => ({ mineOnDemand, pow: { spacingSec: 600 } }) as ChainParams

describe('how much is verified', () => {
  test('is counted in transactions, those to come being as many as lately', () => {
    const fake = new FakeChain([1, 1, 2, 4, 4, 4], 3)
    const verified = new VerifiedShare(fake.chain, params(true), { nowMs: () => 0 })
    expect(verified.value).toBeCloseTo(4 / (4 + 3 * (4 / 3)))
    fake.connect()
    expect(verified.value).toBeCloseTo(8 / (8 + 2 * (8 / 4)))
    fake.disconnect()
    expect(verified.value).toBeCloseTo(4 / (4 + 3 * (4 / 3)))
  })

  test('knows that blocks were made since the best header, where they are not made on demand', () => {
    const fake = new FakeChain([1, 1, 1, 1], 4)
    const nowMs = (): number => (600 * 3 + 600 * 4) * 1000
    expect(new VerifiedShare(fake.chain, params(false), { nowMs }).value).toBe(0.5)
    expect(new VerifiedShare(fake.chain, params(true), { nowMs }).value).toBe(1)
  })

  test('is everything as soon as the download is over, and while no better header is known', () => {
    const fake = new FakeChain([1, 1, 1], 2)
    fake.initialDownload = false
    const verified = new VerifiedShare(fake.chain, params(false), { nowMs: () => 1e9 })
    expect(verified.value).toBeLessThan(1)
    fake.connect()
    expect(verified.value).toBe(1)
  })
})

test('a sync is shown from when the tip is far behind until it has the best header, and again', () => {
  const fake = new FakeChain([...Array.from({ length: 40 }, () => 2)], 10)
  const told: (readonly [string, number | string])[] = []
  const start = (what: string): Progress => {
    told.push(['start', what])
    const shown =
      (how: string) =>
      (_: string, { height }: Figures) =>
        told.push([how, height])
    return new Progress(what, { everyMs: 0, show: shown('show'), end: shown('end') }, { nowMs: () => 0 })
  }
  const end = showSync(fake.chain, () => 0.5, start)
  while (fake.tip.height < 39) fake.connect()
  expect(told[0]).toEqual(['start', 'sync'])
  expect(told.slice(1, -1)).toEqual(Array.from({ length: 30 }, (_, i) => ['show', i + 10]))
  expect(told.at(-1)).toEqual(['end', 39])

  told.length = 0
  fake.entries.push(...fake.entries.slice(0, 15).map((entry, i) => ({ ...entry, height: 40 + i })))
  fake.connect()
  expect(told).toEqual([])
  fake.entries.push(...fake.entries.slice(0, 15).map((entry, i) => ({ ...entry, height: 55 + i })))
  fake.connect()
  expect(told).toEqual([
    ['start', 'sync'],
    ['show', 41],
  ])
  end()
  expect(told.at(-1)).toEqual(['end', 41])
})
