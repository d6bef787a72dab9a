import { describe, expect, test } from '@jest/globals'
import type { BlockEntry } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import { BlockWindow } from '../src/sync/block-window.js'
import { FRONT_MS, HEADERS_STALL_MS, PEER_BLOCKS, REQUEST_BLOCKS, STALE_ASK_MS, STALL_MS } from '../src/sync/limits.js'
import type { SyncOutput } from '../src/sync/output.js'
import { Sync } from '../src/sync/sync.js'
import { FakeChain } from './support/fake-chain.js'

interface FakePeer {
  readonly chain: FakeChain
  readonly rtMs: number
  /** What it does when asked for blocks. */
  readonly blocks: 'serve' | 'silent' | 'missing'
  readonly headers: 'serve' | 'silent' | 'empty' | 'first-page'
}

const seeded = (seed: number) => (): number => {
  seed = (seed * 1664525 + 1013904223) % 0x100000000
  return seed / 0x100000000
}

/** Peers in memory on a virtual clock: each answer is an event in time. */
class World {
  nowMs = 0
  readonly asked: { peer: string; hash: BlockHash; atMs: number }[] = []
  readonly headerAsks: { peer: string; atMs: number }[] = []
  readonly dropped: string[] = []
  readonly sync: Sync
  stale = false
  private readonly queue: { atMs: number; run: () => void }[] = []
  private wakeMs = Number.POSITIVE_INFINITY
  private readonly peers = new Map<string, FakePeer>()

  constructor(
    readonly chain: FakeChain,
    private readonly random: () => number,
    minimumChainWork = 0n,
  ) {
    this.sync = new Sync({ chain, minimumChainWork, isStale: () => this.stale })
  }

  up(name: string, peer: Partial<FakePeer> & { chain: FakeChain }, work = peer.chain.tip.chainWork): void {
    this.peers.set(name, { rtMs: 50, blocks: 'serve', headers: 'serve', ...peer })
    this.act(this.sync.onStatus(name, { work, tip: peer.chain.tip.hash }, this.nowMs))
  }

  down(name: string): void {
    this.peers.delete(name)
    this.act(this.sync.onPeerDown(name, this.nowMs))
  }

  async runUntil(done: () => boolean, mostMs = 600_000): Promise<void> {
    while (!done()) {
      const next = this.queue.sort((a, b) => a.atMs - b.atMs)[0]
      const atMs = Math.min(next?.atMs ?? Number.POSITIVE_INFINITY, this.wakeMs)
      if (atMs > mostMs) throw new Error(`not done at ${this.nowMs} ms`)
      this.nowMs = Math.max(this.nowMs, atMs)
      if (next && next.atMs <= this.wakeMs) {
        this.queue.shift()
        next.run()
      } else {
        this.wakeMs = Number.POSITIVE_INFINITY
        this.act(this.sync.onWake(this.nowMs))
      }
      // the fake chain's promises settle here
      for (let i = 0; i < 5; i++) await Promise.resolve()
    }
  }

  private act(outputs: readonly SyncOutput[]): void {
    for (const output of outputs) {
      if (output.do === 'wake') this.wakeMs = output.atMs
      else if (output.do === 'askHeaders') this.headers(output.peer, output.locator)
      else if (output.do === 'askBlocks') this.blocks(output.peer, output.hashes)
      else {
        this.dropped.push(output.peer)
        this.down(output.peer)
      }
    }
  }

  private later(name: string, run: (peer: FakePeer) => void, extraMs = 0): void {
    const peer = this.peers.get(name) as FakePeer
    const atMs = this.nowMs + Math.ceil(peer.rtMs * (0.5 + this.random())) + extraMs
    this.queue.push({ atMs, run: () => this.peers.get(name) === peer && run(peer) })
  }

  private headers(name: string, locator: readonly BlockHash[]): void {
    this.headerAsks.push({ peer: name, atMs: this.nowMs })
    const { headers } = this.peers.get(name) as FakePeer
    const isFirst = this.headerAsks.filter(each => each.peer === name).length === 1
    if (headers === 'silent' || (headers === 'first-page' && !isFirst)) return
    this.later(name, peer => {
      const entries = peer.headers === 'empty' ? [] : peer.chain.afterLocator(locator, 2_000)
      const { reject } = this.chain.submitHeaders(entries.map(entry => entry.header))
      const end = entries[entries.length - 1]
      const last = reject || !end ? undefined : this.chain.entry(end.hash)
      this.act(this.sync.onHeaders(name, { count: entries.length, last }, this.nowMs))
    })
  }

  private blocks(name: string, hashes: readonly BlockHash[]): void {
    for (const hash of hashes) this.asked.push({ peer: name, hash, atMs: this.nowMs })
    const { blocks } = this.peers.get(name) as FakePeer
    if (blocks === 'silent') return
    hashes.forEach((hash, i) => {
      this.later(
        name,
        peer => {
          const block = peer.chain.blocks.get(hash)
          if (blocks === 'missing' || !block) return this.act(this.sync.onBlockMissing(name, hash, this.nowMs))
          if (!this.sync.isExpected(name, hash, this.nowMs)) return
          void this.chain.submitBlock(block.raw).then(() => this.act(this.sync.onBlockJudged(hash, this.nowMs)))
          this.act(this.sync.onReady(name, this.nowMs))
        },
        i * 5,
      )
    })
  }
}

const grown = async (count: number, tag = 'm', from?: FakeChain): Promise<FakeChain> => {
  const chain = new FakeChain()
  for (const entry of from ? from.path(from.tip).slice(1) : [])
    await chain.submitBlock(from?.blocks.get(entry.hash)?.raw as Uint8Array)
  await chain.mine(count, tag)
  return chain
}

const duplicates = (world: World): number => world.asked.length - new Set(world.asked.map(each => each.hash)).size

describe('sync', () => {
  test('fetches headers once and blocks from all peers at once, none twice', async () => {
    const long = await grown(500)
    const world = new World(new FakeChain(), seeded(1))
    for (const name of ['a', 'b', 'c']) world.up(name, { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    expect(duplicates(world)).toBe(0)
    expect(new Set(world.asked.map(each => each.peer))).toEqual(new Set(['a', 'b', 'c']))
    expect(world.dropped).toEqual([])
  })

  test('follows one peer page after page, though all claim the same', async () => {
    const long = await grown(4_500)
    const world = new World(new FakeChain(), seeded(2))
    for (const name of ['a', 'b', 'c']) world.up(name, { chain: long, blocks: 'missing' })
    await world.runUntil(() => world.chain.bestHeader.hash === long.tip.hash)
    // one first page of each, then two more of the leader
    expect(world.headerAsks).toHaveLength(5)
  })

  test('no peer owes more than its share', async () => {
    const long = await grown(300)
    const world = new World(new FakeChain(), seeded(3))
    world.up('a', { chain: long, blocks: 'silent' })
    await world.runUntil(() => world.asked.length > 0)
    await world.runUntil(() => world.nowMs > 1_000 || world.asked.length >= PEER_BLOCKS)
    expect(world.asked).toHaveLength(PEER_BLOCKS)
    expect(world.sync.inFlight('a')).toHaveLength(PEER_BLOCKS)
  })

  test('a silent peer is dropped and its blocks come from another', async () => {
    const long = await grown(200)
    const world = new World(new FakeChain(), seeded(4))
    world.up('dead', { chain: long, blocks: 'silent' })
    await world.runUntil(() => world.asked.length >= REQUEST_BLOCKS)
    world.up('good', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    await world.runUntil(() => world.dropped.length > 0)
    expect(world.dropped).toEqual(['dead'])
    expect(world.nowMs).toBeLessThan(STALL_MS + 5_000)
  })

  test('an idle peer is asked for the blocks everything waits for before the deadline', async () => {
    const long = await grown(4)
    const world = new World(new FakeChain(), seeded(5))
    world.up('dead', { chain: long, blocks: 'silent' })
    await world.runUntil(() => world.asked.length > 0)
    world.up('good', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    expect(world.nowMs).toBeLessThan(FRONT_MS + 1_000)
  })

  test('a peer that does not answer with headers is dropped, and others are asked meanwhile', async () => {
    const long = await grown(50)
    const world = new World(new FakeChain(), seeded(6))
    world.up('mute', { chain: long, headers: 'silent', blocks: 'silent' }, 10_000n)
    world.up('good', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    await world.runUntil(() => world.dropped.length > 0)
    expect(world.dropped).toEqual(['mute'])
  })

  test('when the one that is followed falls silent between two pages, another is followed', async () => {
    const long = await grown(4_500)
    const world = new World(new FakeChain(), seeded(14))
    world.up('mute', { chain: long, headers: 'first-page', blocks: 'missing', rtMs: 1 })
    world.up('good', { chain: long, blocks: 'missing' })
    await world.runUntil(() => world.chain.bestHeader.hash === long.tip.hash)
    expect(world.dropped).toEqual(['mute'])
    expect(world.nowMs).toBeLessThan(HEADERS_STALL_MS + 1_000)
  })

  test('a liar who claims work it cannot show is not asked over and over', async () => {
    const long = await grown(20)
    const world = new World(new FakeChain(), seeded(7))
    world.up('liar', { chain: new FakeChain(), headers: 'empty' }, 1_000_000n)
    world.up('good', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    await world.runUntil(() => world.nowMs > 20_000, 100_000).catch(() => {})
    expect(world.headerAsks.filter(each => each.peer === 'liar')).toHaveLength(1)
  })

  test('blocks a peer says it lacks are asked of others', async () => {
    const long = await grown(100)
    const world = new World(new FakeChain(), seeded(8))
    world.up('pruned', { chain: long, blocks: 'missing' })
    world.up('good', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    const perPeer = world.asked.filter(each => each.peer === 'pruned').map(each => each.hash)
    expect(new Set(perPeer).size).toBe(perPeer.length)
  })

  test('nobody is asked for blocks beyond its work', async () => {
    const long = await grown(100)
    const short = new FakeChain()
    for (const entry of long.path(long.tip).slice(1, 31))
      await short.submitBlock(long.blocks.get(entry.hash)?.raw as Uint8Array)
    const world = new World(new FakeChain(), seeded(9))
    world.up('short', { chain: short })
    world.up('long', { chain: long })
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    const heights = world.asked.filter(each => each.peer === 'short').map(each => long.entry(each.hash)?.height ?? 0)
    expect(Math.max(0, ...heights)).toBeLessThanOrEqual(30)
  })

  test('a longer branch that forks off far below the tip is fetched, past several pages', async () => {
    const common = await grown(10)
    const ours = await grown(2_100, 'o', common)
    const theirs = await grown(2_200, 't', common)
    const world = new World(ours, seeded(10))
    world.up('a', { chain: theirs })
    await world.runUntil(() => world.chain.tip.hash === theirs.tip.hash)
  })

  test('a peer that leaves gives its blocks back at once', async () => {
    const long = await grown(100)
    const world = new World(new FakeChain(), seeded(11))
    world.up('leaving', { chain: long, blocks: 'silent' })
    await world.runUntil(() => world.asked.length >= PEER_BLOCKS)
    world.up('good', { chain: long })
    world.down('leaving')
    await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    expect(world.nowMs).toBeLessThan(3_000)
  })

  test('no block is fetched for a chain below the minimum work', async () => {
    const long = await grown(50)
    const world = new World(new FakeChain(), seeded(12), 100n)
    world.up('a', { chain: long })
    await world.runUntil(() => world.chain.bestHeader.hash === long.tip.hash)
    await world.runUntil(() => world.nowMs > 40_000, 50_000).catch(() => {})
    expect(world.asked).toEqual([])
  })

  test('with an old tip all peers are asked for headers, again and again', async () => {
    const chain = await grown(5)
    const world = new World(chain, seeded(13))
    world.stale = true
    world.up('a', { chain })
    world.up('b', { chain })
    await world.runUntil(() => world.nowMs > 2.5 * STALE_ASK_MS)
    expect(world.headerAsks.filter(each => each.peer === 'a').length).toBeGreaterThanOrEqual(3)
    expect(world.headerAsks.filter(each => each.peer === 'b').length).toBeGreaterThanOrEqual(3)
  })

  test('while we digest, a peer that waits for us has not stalled', async () => {
    const long = await grown(3)
    const chain = new FakeChain()
    const sync = new Sync({ chain, minimumChainWork: 0n, isStale: () => false })
    chain.submitHeaders(
      long
        .path(long.tip)
        .slice(1)
        .map(entry => entry.header),
    )
    sync.onStatus('a', { work: 4n, tip: long.tip.hash }, 0)
    const [first] = sync.inFlight('a') as [BlockHash]
    expect(sync.isExpected('a', first, 100)).toBe(true)
    expect(sync.onWake(100 + 2 * STALL_MS).some(output => output.do === 'drop')).toBe(false)
    sync.onReady('a', 200 + 2 * STALL_MS)
    expect(sync.onWake(200 + 3 * STALL_MS).some(output => output.do === 'drop')).toBe(true)
  })

  test('many seeds: peers come, stall and leave, and the longest chain is reached', async () => {
    const common = await grown(40)
    const long = await grown(160, 'l', common)
    const side = await grown(60, 's', common)
    for (let seed = 100; seed < 120; seed++) {
      const random = seeded(seed)
      const world = new World(await grown(20, 'x'), random)
      const behaviours = ['serve', 'silent', 'missing'] as const
      for (let i = 0; i < 6; i++) {
        const blocks = behaviours[Math.floor(random() * 3)] ?? 'serve'
        world.up(`p${i}`, { chain: random() < 0.5 ? long : side, rtMs: 10 + random() * 400, blocks })
      }
      world.up('honest', { chain: long, rtMs: 100 })
      await world.runUntil(() => world.chain.tip.hash === long.tip.hash)
    }
  })
})

test('blocks of history are asked for after those that the best chain needs', () => {
  const chain = new FakeChain()
  const at = (height: number): BlockEntry => ({ ...chain.tip, hash: String(height) as BlockHash, height })
  const missing = [2000, 2001, 1, 2, 3].map(at)
  const window = new BlockWindow()
  window.setPeer('a', chain.tip.chainWork, 0)
  expect(window.ask(missing, 0)).toEqual([{ peer: 'a', hashes: ['2000', '2001', '1', '2', '3'] }])
})
