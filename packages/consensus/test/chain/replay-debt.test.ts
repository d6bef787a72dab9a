import { cp } from 'node:fs/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Transaction } from '@raistone/primitives'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import type { OpenProgress } from '../../src/chain/options.js'
import { ReplayDebt } from '../../src/chain/replay-debt.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const step = (bytes: number, inputs: number) => ({
  block: {
    raw: { length: bytes },
    transactions: [{ inputs: { length: 1 } }, { inputs: { length: inputs - 1 } }] as unknown as Transaction[],
  } as never,
})

afterAll(() => removeTempDirs())

describe('what a crash would cost', () => {
  test.each([
    ['blocks', 5000, step(200, 1)],
    ['bytes', 20, step(1_000_000, 10)],
    ['inputs', 15, step(100_000, 5000)],
  ])('is too much for too many %s', (_, most, each) => {
    const debt = new ReplayDebt()
    for (let i = 0; i < most; i++) debt.add(each)
    expect(debt.tooMuch).toBe(false)
    debt.add(each)
    expect(debt.tooMuch).toBe(true)
    debt.clear()
    expect([debt.tooMuch, debt.worthFlushing]).toEqual([false, false])
  })

  test('is worth a flush long before', () => {
    const debt = new ReplayDebt()
    for (let i = 0; i < 250; i++) debt.add(step(200, 1))
    expect(debt.worthFlushing).toBe(false)
    debt.add(step(200, 1))
    expect(debt.worthFlushing).toBe(true)
  })
})

describe('an idle chain', () => {
  const branch = new Branch(1).mineBusy(6).mine(250)

  /** Blocks that are connected again when the folder is opened as a crash would leave it now. */
  async function replayed(folder: string): Promise<number> {
    const copy = tempDir()
    await cp(folder, copy, { recursive: true })
    let blocks = 0
    const progress = (told: OpenProgress): void => {
      blocks = told.blocks
    }
    const chain = await openLive(await openLevelStore(copy), { progress })
    expect(await stateOf(chain)).toEqual(await stateAfter(branch.blocks))
    await chain.close()
    return blocks
  }

  test('flushes when nothing came for a while, once, and a crash costs nothing then', async () => {
    const folder = tempDir()
    const chain = await openLive(await openLevelStore(folder))
    await Promise.all(branch.blocks.map(({ raw }) => chain.submitBlock(raw)))
    const nowMs = performance.now()
    expect(await chain.flushIfIdle(5000, nowMs)).toBe(false)
    expect(await replayed(folder)).toBe(256)
    expect(await chain.flushIfIdle(5000, nowMs + 5000)).toBe(true)
    expect(await replayed(folder)).toBe(0)
    expect(await chain.flushIfIdle(5000, nowMs + 10_000)).toBe(false)
    await chain.close()
  })

  test('does not for little, nor while blocks wait, nor when it is closed', async () => {
    const chain = await openInMemory()
    const late = performance.now() + 60_000
    await Promise.all(branch.blocks.slice(0, 250).map(({ raw }) => chain.submitBlock(raw)))
    expect(await chain.flushIfIdle(0, late)).toBe(false)
    await Promise.all(branch.blocks.slice(250, 253).map(({ raw }) => chain.submitBlock(raw)))
    const rest = branch.blocks.slice(253).map(({ raw }) => chain.submitBlock(raw))
    expect(await chain.flushIfIdle(0, late)).toBe(false)
    await Promise.all(rest)
    const closing = chain.close()
    expect(await chain.flushIfIdle(0, late)).toBe(false)
    await closing
  })
})
