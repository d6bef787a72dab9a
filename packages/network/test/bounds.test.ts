import { describe, expect, test } from '@jest/globals'
import { BoundedQueue } from '../src/host/bounded-queue.js'
import type { GossipVerdict } from '../src/host/host.js'
import { ByteBudget } from '../src/sync/byte-budget.js'

describe('validation queue', () => {
  test('judges few at once, keeps few waiting, ignores the rest', async () => {
    const queue = new BoundedQueue(2, 3)
    const open: (() => void)[] = []
    let running = 0
    let most = 0
    const judge = async (): Promise<GossipVerdict> => {
      most = Math.max(most, ++running)
      await new Promise<void>(resolve => open.push(resolve))
      running--
      return 'accept'
    }
    const verdicts = Array.from({ length: 8 }, () => queue.run(judge))
    expect(await Promise.all(verdicts.slice(5))).toEqual(['ignore', 'ignore', 'ignore'])
    for (let judged = 0; judged < 5; judged++) {
      while (open.length === 0) await Promise.resolve()
      open.shift()?.()
    }
    expect(await Promise.all(verdicts.slice(0, 5))).toEqual(new Array(5).fill('accept'))
    expect(most).toBe(2)
  })

  test('a judge that throws means ignore, and frees its place', async () => {
    const queue = new BoundedQueue(1, 0)
    expect(await queue.run(() => Promise.reject(new Error('bug')))).toBe('ignore')
    expect(await queue.run(async () => 'accept')).toBe('accept')
  })
})

describe('byte budget', () => {
  test('whoever goes beyond it waits until enough is digested', async () => {
    const budget = new ByteBudget(10)
    budget.add(10)
    await budget.room()
    budget.add(5)
    let through = false
    const waiting = budget.room().then(() => {
      through = true
    })
    budget.remove(4)
    await Promise.resolve()
    expect(through).toBe(false)
    budget.remove(1)
    await waiting
    expect(through).toBe(true)
  })
})
