import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type ChainEvents, Emitter } from '@raistone/consensus'
import type { Block, Transaction } from '@raistone/primitives'
import type { MempoolChain } from '../src/deps.js'
import { Mempool } from '../src/mempool.js'
import { FreedTransactions } from '../src/pool/freed.js'
import { memoryOf } from '../src/pool/memory.js'
import { outputOf, pay, Scene } from './support/scene.js'

/** Tells of another block whenever it is asked for coins, so many times. */
class RestlessChain implements MempoolChain {
  readonly emitter = new Emitter<ChainEvents>()
  readonly events = this.emitter
  moves = 0

  constructor(private readonly scene: Scene) {}

  get params(): MempoolChain['params'] {
    return this.scene.chain.params
  }

  get tip(): MempoolChain['tip'] {
    return this.scene.chain.tip
  }

  entryAt(height: number): ReturnType<MempoolChain['entryAt']> {
    return this.scene.chain.entryAt(height)
  }

  async coins(keys: Parameters<MempoolChain['coins']>[0]): ReturnType<MempoolChain['coins']> {
    const view = await this.scene.chain.coins(keys)
    if (this.moves-- > 0) {
      this.emitter.emit('connected', { entry: this.tip, block: this.scene.builder().build(), spent: [[]] })
      this.tell()
    }
    return view
  }

  tell(): void {
    this.emitter.emit('tip', { entry: this.tip, initialDownload: false })
  }
}

describe('while blocks pour in', () => {
  let scene: Scene
  let chain: RestlessChain
  let pool: Mempool
  beforeEach(async () => {
    scene = await Scene.open()
    chain = new RestlessChain(scene)
    pool = new Mempool({ chain, verifier: scene.gate, clock: scene.clock })
    pool.start()
  })
  afterEach(async () => {
    await pool.stop()
    await scene.close()
  })

  test('a transaction that cannot be judged for any tip is refused for now, not kept', async () => {
    const tx = pay([await scene.minted(1)])
    chain.moves = 10
    expect((await pool.accept(tx)).reject).toMatchObject({ rule: 'chain-moves', cause: 'early' })
    expect(pool.size).toBe(0)
    chain.moves = 9
    expect((await pool.accept(tx)).reject).toBeUndefined()
  })

  test('what a reorganisation frees waits for a quieter moment, in its order', async () => {
    const first = pay([await scene.minted(1)])
    const chained = [first, pay([outputOf(first)])]
    const block = scene.builder().build({ transactions: chained })
    chain.emitter.emit('disconnected', { entry: chain.tip, block })
    expect(pool.reorganising).toBe(true)
    chain.moves = 20
    chain.tell()
    await pool.settled()
    expect(pool.size).toBe(0)
    for (let jobs = 0; jobs < 30; jobs++) await pool.settled()
    expect(chain.moves).toBeLessThan(0)
    chain.tell()
    await pool.settled()
    expect([...pool.entries()].map(({ tx }) => tx.txid)).toEqual(chained.map(({ txid }) => txid))
    expect(pool.reorganising).toBe(false)
  })
})

describe('freed transactions', () => {
  let scene: Scene
  let chain: Transaction[]
  let blocks: Block[]
  beforeEach(async () => {
    scene = await Scene.open()
    chain = [pay([await scene.minted(1)])]
    for (let i = 0; i < 3; i++) chain.push(pay([outputOf(chain.at(-1)!)]))
    const builder = scene.builder()
    blocks = [chain.slice(0, 2), chain.slice(2)].map(transactions => builder.mine({ transactions }))
  })
  afterEach(() => scene.close())

  const taken = (freed: FreedTransactions): number[] =>
    freed.take().map(({ txid }) => chain.findIndex(tx => tx.txid === txid))

  const freeAll = (freed: FreedTransactions): FreedTransactions => {
    for (const block of blocks.toReversed()) freed.onDisconnected(block)
    return freed
  }

  test('come earliest first, without coinbases, and once', () => {
    const freed = freeAll(new FreedTransactions(1_000_000))
    expect(freed.size).toBe(4)
    expect(taken(freed)).toEqual([0, 1, 2, 3])
    expect(taken(freed)).toEqual([])
  })

  test('are forgotten when the other branch has them', () => {
    const freed = freeAll(new FreedTransactions(1_000_000))
    freed.onConnected(blocks[0]!)
    expect(taken(freed)).toEqual([2, 3])
  })

  test('that are put back come after those of earlier blocks', () => {
    const freed = new FreedTransactions(1_000_000)
    freed.onDisconnected(blocks[1]!)
    const rest = freed.take()
    freed.onDisconnected(blocks[0]!)
    freed.putBack(rest)
    expect(taken(freed)).toEqual([0, 1, 2, 3])
  })

  test('beyond the memory they may have are forgotten, the latest first', () => {
    const room = chain.slice(0, 3).reduce((sum, tx) => sum + memoryOf(tx), 0)
    expect(taken(freeAll(new FreedTransactions(room)))).toEqual([0, 1, 2])
    expect(taken(freeAll(new FreedTransactions(room - 1)))).toEqual([0, 1])
  })
})
