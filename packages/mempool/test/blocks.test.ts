import { afterEach, describe, expect, test } from '@jest/globals'
import { nextBits } from '@raistone/consensus'
import type { RemovalReason } from '../src/mempool.js'
import { outputOf, pay, quick, regtest, Scene } from './support/scene.js'

let scene: Scene
afterEach(() => scene.close())

/** Txid and reason of all that leaves from here on. */
function departures(): [string, RemovalReason][] {
  const left: [string, RemovalReason][] = []
  scene.pool.events.on('removed', ({ entry, reason }) => left.push([entry.tx.txid, reason]))
  return left
}

describe('a block', () => {
  test('confirms: parents go, children stay and lose an ancestor', async () => {
    scene = await Scene.open()
    const parent = await scene.take(pay([await scene.minted(1)]))
    const child = await scene.take(pay([outputOf(parent)], 3000n))
    const left = departures()
    await scene.mine({ transactions: [parent] })
    expect(left).toEqual([[parent.txid, 'block']])
    expect(scene.txids).toEqual([child.txid])
    expect(scene.pool.get(child.txid)).toMatchObject({ ancestors: { count: 1, fees: 3000n }, parents: new Set() })
    expect(scene.pool.totalFee).toBe(3000n)
  })

  test('contradicts: rivals go with all that spends from them, nothing else does', async () => {
    scene = await Scene.open()
    const [coin, other] = [await scene.minted(1), await scene.minted(2)]
    const loser = await scene.take(pay([coin], 1000n, 2))
    const child = await scene.take(pay([outputOf(loser, 0)]))
    const grandchild = await scene.take(pay([outputOf(child), outputOf(loser, 1)]))
    const bystander = await scene.take(pay([other]))
    const left = departures()
    await scene.mine({ transactions: [pay([coin], 5000n)] })
    expect(left.map(([txid]) => txid)).toEqual([grandchild.txid, child.txid, loser.txid])
    expect(new Set(left.map(([, reason]) => reason))).toEqual(new Set(['conflict']))
    expect(scene.txids).toEqual([bystander.txid])
  })

  test('matures a coinbase after exactly 100 blocks on regtest', async () => {
    scene = await Scene.open({ params: regtest, blocks: 99 })
    const tx = pay([await scene.minted(1)])
    expect((await scene.accept(tx)).reject?.rule).toBe('bad-txns-premature-spend-of-coinbase')
    await scene.mine()
    expect((await scene.accept(tx)).reject).toBeUndefined()
    await scene.mine({ transactions: [tx] })
  })
})

test('the coins of a snapshot contradict: what spends others goes, the rest stays', async () => {
  scene = await Scene.open()
  const elsewhere = await Scene.open()
  const coin = await scene.minted(1)
  const loser = await scene.take(pay([coin]))
  const child = await scene.take(pay([outputOf(loser)]))
  const bystander = await scene.take(pay([await scene.minted(2)]))
  const block = await elsewhere.mine({ transactions: [pay([coin], 5000n)] })
  const { pieces, coinsHash } = await elsewhere.chain.dump()
  const left = departures()
  scene.chain.submitHeaders([block.header])
  await scene.chain.loadSnapshot(pieces, { trusted: coinsHash })
  await scene.pool.settled()
  await elsewhere.close()
  expect(left).toEqual([
    [child.txid, 'reorg'],
    [loser.txid, 'reorg'],
  ])
  expect(scene.txids).toEqual([bystander.txid])
})

describe('a reorganisation', () => {
  test('returns what it frees, in order, and links it with what waited', async () => {
    scene = await Scene.open()
    const first = pay([await scene.minted(1)])
    const second = pay([outputOf(first)])
    const third = pay([outputOf(second)])
    await scene.mine({ transactions: [first] })
    await scene.mine({ transactions: [second] })
    await scene.take(third)
    await scene.reorganise(2)
    expect(new Set(scene.txids)).toEqual(new Set([first, second, third].map(({ txid }) => txid)))
    expect(scene.pool.get(third.txid)?.ancestors.count).toBe(3)
    expect(scene.pool.get(first.txid)?.descendants.count).toBe(3)
    expect(scene.pool.reorganising).toBe(false)
    await scene.mine({ transactions: [first, second, third] })
    expect(scene.pool.size).toBe(0)
  })

  test('returns what pays too little for newcomers', async () => {
    scene = await Scene.open()
    const free = pay([await scene.minted(1)], 0n)
    expect((await scene.accept(free)).reject?.rule).toBe('min relay fee not met')
    await scene.mine({ transactions: [free] })
    await scene.reorganise(1)
    expect(scene.txids).toEqual([free.txid])
  })

  test('leaves out what the other branch has or contradicts, and drops what hung on that', async () => {
    scene = await Scene.open()
    const [coin, other] = [await scene.minted(1), await scene.minted(2)]
    const [payment, kept] = [pay([coin]), pay([other])]
    await scene.mine({ transactions: [payment, kept] })
    await scene.take(pay([outputOf(payment)]))
    const heir = await scene.take(pay([outputOf(kept)]))
    await scene.reorganise(1, [pay([coin], 9000n), kept])
    expect(scene.txids).toEqual([heir.txid])
    await scene.mine({ transactions: [heir] })
  })

  test('drops what spends a coinbase that is gone', async () => {
    scene = await Scene.open()
    const [gone, stays] = [await scene.minted(7), await scene.minted(6)]
    await scene.mine()
    await scene.take(pay([gone]))
    const other = await scene.take(pay([stays]))
    const child = await scene.take(pay([outputOf(other)]))
    const left = departures()
    await scene.reorganise(3)
    expect(left.map(([, reason]) => reason)).toEqual(['reorg'])
    expect(scene.txids).toEqual([other.txid, child.txid])
  })

  test('to a lower tip of more work drops what is immature or locked by height again', async () => {
    const retarget = { kind: 'relative', halfLifeSec: 1, maxGapSec: 6 } as const
    const params = { ...quick, pow: { ...quick.pow, spacingSec: 5, retarget } }
    scene = await Scene.open({ params, blocks: 0 })
    const inTime = () => scene.mine({ header: { time: scene.chain.tip.header.time + 5 } })
    for (let i = 0; i < 6; i++) await inTime()
    const rival = scene.builder(3)
    const [old, young] = [await scene.minted(1), await scene.minted(2)]
    await scene.take(pay([old], 1000n, 1, { lockTime: 6, sequence: 0 }))
    const kept = await scene.take(pay([young], 1000n, 1, { lockTime: 5, sequence: 0 }))
    const early = await scene.take(pay([await scene.minted(5)]))
    await scene.take(pay([outputOf(early)]))
    // A block that comes at once makes the next one sixteen times as hard.
    const fast = rival.mine({ header: { time: rival.tip.time + 1 } })
    await scene.submit(fast)
    const bits = nextBits(scene.chain.entry(fast.hash)!, rival.tip.time + 5, params)
    await scene.submit(rival.mine({ header: { time: rival.tip.time + 5, bits } }))
    expect(scene.chain.tip.height).toBe(5)
    expect(scene.txids).toEqual([kept.txid])
  })

  test('that fails half-way leaves the pool as it was, freed transactions included', async () => {
    scene = await Scene.open()
    const confirmed = pay([await scene.minted(1)])
    await scene.mine({ transactions: [confirmed] })
    const { tip } = scene.chain
    const [waiting, elsewhere] = [await scene.take(pay([await scene.minted(2)])), pay([await scene.minted(3)])]
    const tips: string[] = []
    scene.chain.events.on('tip', ({ entry }) => tips.push(entry.hash))
    const rival = scene.builder(tip.height - 1)
    await scene.submit(rival.mine({ transactions: [waiting, elsewhere] }))
    await scene.chain.submitBlock(rival.mine({ fees: 1n }).raw)
    await scene.pool.settled()
    expect(scene.chain.tip).toBe(tip)
    expect(tips).toEqual([tip.hash])
    expect(scene.pool.reorganising).toBe(false)
    // What the failed branch had comes back; what our own branch has does not.
    expect(new Set(scene.txids)).toEqual(new Set([waiting.txid, elsewhere.txid]))
  })

  test('drops what is locked again, by time and by the age of a coin', async () => {
    scene = await Scene.open()
    const late = { header: { time: scene.chain.tip.header.time + 2000 } }
    for (let i = 0; i < 7; i++) await scene.mine(i === 0 ? late : {})
    const { medianTimePast } = scene.chain.tip
    const coins = await Promise.all([1, 2, 3].map(at => scene.minted(at)))
    const locked = [
      pay([coins[0]!], 1000n, 1, { lockTime: medianTimePast - 1, sequence: 0 }),
      pay([coins[1]!], 1000n, 1, { sequence: 0x00400003 }),
    ]
    const free = pay([coins[2]!])
    for (const tx of [...locked, free]) await scene.take(tx)
    // Back by seven blocks and forth by eight, all of them early: the median time is the old one again.
    await scene.reorganise(7)
    expect(scene.chain.tip.medianTimePast).toBeLessThan(medianTimePast - 1000)
    expect(scene.txids).toEqual([free.txid])
  })

  test('cuts chains that are too long with what it returns', async () => {
    scene = await Scene.open()
    const chain = [pay([await scene.minted(1)])]
    for (let i = 0; i < 27; i++) chain.push(pay([outputOf(chain.at(-1)!)]))
    await scene.mine({ transactions: chain.slice(0, 5) })
    for (const tx of chain.slice(5)) await scene.take(tx)
    await scene.reorganise(1)
    expect(scene.pool.size).toBe(25)
    expect(scene.pool.has(chain[24]!.txid)).toBe(true)
    expect(scene.pool.has(chain[25]!.txid)).toBe(false)
  })

  test('of any depth remembers no more than it may, the earliest first', async () => {
    scene = await Scene.open({ limits: { maxFreedBytes: 10_000 } })
    const chain = [pay([await scene.minted(1)])]
    for (let i = 0; i < 9; i++) chain.push(pay([outputOf(chain.at(-1)!)]))
    for (const tx of chain) await scene.mine({ transactions: [tx] })
    await scene.reorganise(10)
    expect(scene.pool.size).toBeGreaterThan(1)
    expect(scene.pool.size).toBeLessThan(6)
    expect(scene.txids).toEqual(chain.slice(0, scene.pool.size).map(({ txid }) => txid))
  })
})

describe('a block that comes while scripts are checked', () => {
  test('and spends the coin: the transaction is judged again and refused', async () => {
    scene = await Scene.open()
    const coin = await scene.minted(1)
    const arrived = scene.gate.hold()
    const answer = scene.accept(pay([coin]))
    await arrived
    const { reject } = await scene.chain.submitBlock(scene.builder().mine({ transactions: [pay([coin], 9000n)] }).raw)
    expect(reject).toBeUndefined()
    scene.gate.release()
    expect((await answer).reject?.rule).toBe('bad-txns-inputs-missingorspent')
    expect(scene.pool.size).toBe(0)
  })

  test('and confirms the transaction itself: known already', async () => {
    scene = await Scene.open()
    const tx = pay([await scene.minted(1)])
    const arrived = scene.gate.hold()
    const answer = scene.accept(tx)
    await arrived
    await scene.chain.submitBlock(scene.builder().mine({ transactions: [tx] }).raw)
    scene.gate.release()
    expect((await answer).reject?.rule).toBe('txn-already-known')
    expect(scene.pool.size).toBe(0)
  })

  test('and confirms its parent: it comes in, its scripts checked once', async () => {
    scene = await Scene.open()
    const parent = await scene.take(pay([await scene.minted(1)]))
    const arrived = scene.gate.hold()
    const answer = scene.accept(pay([outputOf(parent)]))
    await arrived
    const asked = scene.gate.asked
    await scene.chain.submitBlock(scene.builder().mine({ transactions: [parent] }).raw)
    scene.gate.release()
    expect((await answer).entry).toMatchObject({ ancestors: { count: 1 }, height: scene.chain.tip.height })
    expect(scene.gate.asked).toBe(asked)
  })

  test('and contradicts its parent: refused, although the tip is the old one again', async () => {
    scene = await Scene.open()
    const { tip } = scene.chain
    const coin = await scene.minted(1)
    const parent = await scene.take(pay([coin]))
    const arrived = scene.gate.hold()
    const answer = scene.accept(pay([outputOf(parent)]))
    await arrived
    const rival = scene.builder(tip.height - 1)
    await scene.chain.submitBlock(rival.mine({ transactions: [pay([coin], 9000n)] }).raw)
    expect((await scene.chain.submitBlock(rival.mine({ fees: 1n }).raw)).reject?.rule).toBe('bad-cb-amount')
    expect(scene.chain.tip).toBe(tip)
    scene.gate.release()
    expect((await answer).reject?.rule).toBe('bad-txns-inputs-missingorspent')
    expect(scene.pool.has(parent.txid)).toBe(false)
  })

  test('does not keep others waiting for ever: settled is what was asked before', async () => {
    scene = await Scene.open()
    const arrived = scene.gate.hold()
    const settled = scene.pool.settled()
    const answer = scene.accept(pay([await scene.minted(1)]))
    await arrived
    await settled
    scene.gate.release()
    expect((await answer).reject).toBeUndefined()
  })
})
