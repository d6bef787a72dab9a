import { afterEach, describe, expect, test } from '@jest/globals'
import type { Transaction } from '@raistone/primitives'
import { RollingFee } from '../src/policy/rolling-fee.js'
import { memoryOf } from '../src/pool/memory.js'
import { outputOf, pay, Scene } from './support/scene.js'

/** Room for three payments of one input and one output. */
const ROOM = 10_000
const HOUR = 3600

describe('a full pool', () => {
  let scene: Scene
  afterEach(() => scene.close())
  const full = async (maxBytes = ROOM) => {
    scene = await Scene.open({ limits: { maxBytes } })
    return Promise.all([1, 2, 3, 4, 5, 6].map(at => scene.minted(at)))
  }
  const ids = (...txs: Transaction[]): string[] => txs.map(({ txid }) => txid)

  test('evicts what pays least, and from then on demands more than that', async () => {
    const coins = await full()
    const [cheap, middle, dear] = [pay([coins[0]!], 500n), pay([coins[1]!], 2000n), pay([coins[2]!], 3000n)]
    for (const tx of [cheap, middle, dear]) await scene.take(tx)
    expect(memoryOf(cheap) * 4).toBeGreaterThan(ROOM)
    expect(scene.pool.minFeeRate).toBe(100n)
    const next = await scene.take(pay([coins[3]!], 2500n))
    expect(scene.txids).toEqual(ids(middle, dear, next))
    expect(scene.pool.usage).toBeLessThanOrEqual(ROOM)
    // 500 satoshis for some 110 virtual bytes, and the increment.
    expect(scene.pool.minFeeRate).toBeGreaterThan(4500n)
    expect((await scene.accept(pay([coins[4]!], 400n))).reject?.rule).toBe('mempool min fee not met')
  })

  test('refuses a newcomer that would be the first to go, of equals too', async () => {
    const coins = await full()
    const first = await Promise.all([0, 1, 2].map(i => scene.take(pay([coins[i]!], 1000n))))
    const left: string[] = []
    scene.pool.events.on('added', ({ entry }) => left.push(entry.tx.txid))
    expect((await scene.accept(pay([coins[3]!], 1000n))).reject).toMatchObject({
      rule: 'mempool full',
      cause: 'policy',
    })
    expect(left).toEqual([])
    expect(new Set(scene.txids)).toEqual(new Set(ids(...first)))
  })

  test('evicts a parent with its children, unless they pay for it', async () => {
    const coins = await full(ROOM + 6500)
    const [poor, rich] = [pay([coins[0]!], 200n), pay([coins[1]!], 200n)]
    for (const tx of [poor, rich]) await scene.take(tx)
    await scene.take(pay([outputOf(poor)], 300n))
    const saviour = await scene.take(pay([outputOf(rich)], 50_000n))
    const others = [await scene.take(pay([coins[2]!], 2000n)), await scene.take(pay([coins[3]!], 2000n))]
    // One too many: the child of the poor pays more than its parent, but goes with it.
    expect(scene.txids).toEqual(ids(rich, saviour, ...others))
  })

  test('without limits reached demands nothing more than relay does', async () => {
    const coins = await full(ROOM * 10)
    for (const coin of coins) await scene.take(pay([coin], 500n))
    expect(scene.pool.size).toBe(6)
    expect(scene.pool.minFeeRate).toBe(100n)
  })
})

describe('the entrance fee of a full pool', () => {
  const rolling = (): RollingFee => {
    const fee = new RollingFee({ incrementalFeeRate: 100n })
    fee.onEvicted(9900n)
    return fee
  }

  test('stays until a block has come, then halves in twelve hours', () => {
    const fee = rolling()
    expect(fee.current(100 * HOUR, 1)).toBe(10_000n)
    fee.onBlock(100 * HOUR)
    expect(fee.current(112 * HOUR, 1)).toBe(5000n)
    expect(fee.current(124 * HOUR, 1)).toBe(2500n)
  })

  test('falls sooner while the pool is half or three quarters empty', () => {
    const fee = rolling()
    fee.onBlock(0)
    expect(fee.current(6 * HOUR, 0.49)).toBe(5000n)
    expect(fee.current(9 * HOUR, 0.24)).toBe(2500n)
  })

  test('is gone below half of the increment, and never between', () => {
    const fee = rolling()
    fee.onBlock(0)
    expect(fee.current(7 * 12 * HOUR, 1)).toBe(100n)
    expect(fee.current(8 * 12 * HOUR, 1)).toBe(0n)
  })

  test('rises only', () => {
    const fee = rolling()
    fee.onEvicted(5000n)
    expect(fee.current(0, 1)).toBe(10_000n)
    fee.onEvicted(19_900n)
    expect(fee.current(0, 1)).toBe(20_000n)
  })
})

describe('age', () => {
  let scene: Scene
  afterEach(() => scene.close())

  test('what waits for longer than two weeks goes, with what spends from it', async () => {
    scene = await Scene.open()
    const [coin, other] = [await scene.minted(1), await scene.minted(2)]
    const old = await scene.take(pay([coin]))
    scene.clock.ms += 336 * HOUR * 1000
    await scene.take(pay([outputOf(old)]))
    await scene.mine()
    expect(scene.pool.size).toBe(2)
    scene.clock.ms += 1000
    const young = await scene.take(pay([other]))
    expect(scene.txids).toEqual([young.txid])
  })

  test('also when only blocks come', async () => {
    scene = await Scene.open()
    await scene.take(pay([await scene.minted(1)]))
    scene.clock.ms += (336 * HOUR + 1) * 1000
    await scene.mine()
    expect(scene.pool.size).toBe(0)
  })
})
