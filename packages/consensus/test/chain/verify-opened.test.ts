import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import type { OpenProgress } from '../../src/chain/options.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { feed, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { block, branch, Replicas, TAMPERED_HEIGHT, tamperings } from '../support/tampered.js'

let replicas: Replicas
beforeAll(async () => {
  replicas = await Replicas.create()
})
afterAll(() => removeTempDirs())

const damages = tamperings.filter(({ damaged }) => damaged)
const contradictions = tamperings.filter(({ damaged }) => !damaged)

describe('the last blocks are verified when the chain is opened', () => {
  test.each(damages)('$what is healed', async ({ level, change }) => {
    const dir = tempDir()
    const phases = new Set<OpenProgress['phase']>()
    const store = await replicas.tampered(change, dir)
    const progress = ({ phase }: OpenProgress): unknown => phases.add(phase)
    const chain = await openLive(store, { verify: { level: 3, blocks: 3 }, progress })
    expect(chain.tip.hash).toBe(branch.tip.hash)
    // A block is fetched again; what follows from blocks is made again.
    expect(phases.has('rebuild')).toBe(level > 0)
    expect(chain.missingBlocks(9).map(({ hash }) => hash)).toEqual(level > 0 ? [] : [block.hash])
    await feed(chain, [block])
    await chain.close()
    const again = await openLive(await openLevelStore(dir), { verify: { level: 4, blocks: 0 } })
    expect(await stateOf(again)).toEqual(await stateAfter(branch.blocks))
    expect(await again.verify({ level: 4, blocks: 0 })).toMatchObject({ fault: undefined })
    await again.close()
  })

  test.each(contradictions)('$what is told, and nothing is opened', async ({ level, at = TAMPERED_HEIGHT, change }) => {
    const store = await replicas.tampered(change)
    const code = level < 3 ? 'wrong-blocks' : 'wrong-coins'
    await expect(openLive(store, { verify: { level: 4, blocks: 2 } })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`at height ${at} proves wrong`),
    })
    // Both heal: everything is made again.
    await store.requestReindex()
    const chain = await openLive(store, { verify: { level: 4, blocks: 0 } })
    expect(chain.tip.height).toBe(level === 1 ? TAMPERED_HEIGHT - 1 : 9)
    await chain.close()
  })

  test('as many as told, once each, and it can be ended early', async () => {
    const store = await replicas.tampered(async () => undefined)
    const told: OpenProgress[] = []
    const stop = new AbortController()
    const opening = openLive(store, {
      verify: { level: 3, blocks: 5 },
      signal: stop.signal,
      progress: each => {
        told.push(each)
        if (told.length === 3) stop.abort()
      },
    })
    await expect(opening).rejects.toMatchObject({ code: 'ended' })
    expect(told.map(({ phase, height, target, share }) => [phase, height, target, share])).toEqual([
      ['verify', 9, 5, 0.2],
      ['verify', 8, 5, 0.4],
      ['verify', 7, 5, 0.6],
    ])
    await store.close()
  })
})
