import { cp } from 'node:fs/promises'
import { afterAll, expect, test } from '@jest/globals'
import { emptyBytes, hash256, toDisplayHex } from '@raistone/primitives'
import { Latch, removeTempDirs, tempDir } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { nextTurn } from '../../src/verify/next-turn.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { openLive, stateAfter, stateOf } from '../support/live-chain.js'
import { dumpOf, headersOf, judged } from '../support/snapshot-scene.js'
import { inPieces, snapshotOf } from '../support/snapshots.js'

afterAll(removeTempDirs)

const main = new Branch(1).mineBusy(6)
const [before, after] = [main.blocks.slice(0, 5), main.blocks.slice(5)]
const { file, coinsHash } = await dumpOf(before)
const states = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(height => stateAfter(main.blocks.slice(0, height))))

const load = (chain: Chain) => chain.loadSnapshot(inPieces(file), { trusted: coinsHash })

/** From an empty chain to one whose snapshot is verified; whatever fails ends it. */
async function play(disk: FailingDisk): Promise<void> {
  const store = await disk.openStore()
  try {
    const chain = await openLive(store)
    try {
      chain.submitHeaders(headersOf(main.blocks))
      await load(chain)
      for (const { raw } of [...after, ...before.slice(0, 3)]) await chain.submitBlock(raw)
      const verdict = judged(chain)
      for (const { raw } of before.slice(3)) await chain.submitBlock(raw)
      await Promise.race([verdict, chain.failed])
    } finally {
      await chain.close()
    }
  } finally {
    await store.close(false)
  }
}

/** Goes on from wherever it was, until there is one set of coins and all blocks; whether there were two. */
async function finish(disk: FailingDisk): Promise<boolean> {
  const phases = new Set<string>()
  const chain = await openLive(await disk.openStore(), { progress: ({ phase }) => phases.add(phase) })
  // No coins were lost that would be made again from the blocks.
  expect(phases).not.toContain('rebuild')
  expect(await stateOf(chain)).toEqual(states[chain.tip.height])
  chain.submitHeaders(headersOf(main.blocks))
  const isTwo = chain.chainstates.length > 1
  const verdict = isTwo ? judged(chain) : undefined
  for (const { raw } of main.blocks) await chain.submitBlock(raw)
  expect(await verdict).not.toBe(false)
  await chain.close()
  const again = await openLive(await disk.openStore())
  expect(again.chainstates).toHaveLength(1)
  expect(await stateOf(again)).toEqual(states[6])
  await again.close()
  expect(await disk.folders.has('chainstate_snapshot')).toBe(false)
  return isTwo
}

test.each([
  ['fails at any write, of a file or a folder,', false],
  ['takes no write any more from any moment on', true],
])('a disk that %s leaves no snapshot or a whole one', async (_, dies) => {
  let tips = 0
  for (let writes = 0; ; writes++) {
    const disk = await FailingDisk.create()
    disk.writesLeft = writes
    disk.dies = dies
    await play(disk).catch(() => undefined)
    const isWhole = disk.writesLeft > 0
    disk.writesLeft = Number.POSITIVE_INFINITY
    if (await finish(disk)) tips++
    if (isWhole) break
  }
  expect(tips).toBeGreaterThan(5)
})

test('a process that ends while it loads a snapshot leaves none', async () => {
  const dir = tempDir()
  const chain = await openLive(await openLevelStore(dir))
  chain.submitHeaders(headersOf(main.blocks))
  await chain.flush()
  const copies: string[] = []
  async function* withCopies() {
    for await (const piece of inPieces(file, Math.ceil(file.length / 2))) {
      yield piece
      const copy = tempDir()
      await cp(dir, copy, { recursive: true })
      copies.push(copy)
    }
  }
  await chain.loadSnapshot(withCopies(), { trusted: coinsHash })
  const loaded = tempDir()
  await cp(dir, loaded, { recursive: true })
  await chain.close()
  for (const copy of copies) {
    const cut = await openLive(await openLevelStore(copy))
    expect([cut.tip.height, cut.chainstates.length]).toEqual([0, 1])
    await load(cut)
    expect(await stateOf(cut)).toEqual(states[5])
    await cut.close()
  }
  expect(copies).toHaveLength(2)
  const whole = await openLive(await openLevelStore(loaded))
  expect([whole.tip.height, whole.chainstates.length]).toEqual([5, 2])
  await whole.close()
})

test('a process that ends while it finds a snapshot wrong goes on without it', async () => {
  const wrong = new Branch(6).mine(3).mine(1, { fees: 1n }).mine(2)
  const bytes = await snapshotOf([], wrong.tip.hash)
  for (let writes = 0; writes < 6; writes++) {
    const disk = await FailingDisk.create()
    let chain = await openLive(await disk.openStore())
    chain.submitHeaders(headersOf(wrong.blocks))
    await chain.loadSnapshot(inPieces(bytes), { trusted: toDisplayHex(hash256(emptyBytes)) })
    disk.writesLeft = writes
    disk.dies = true
    const { failed } = chain
    await Promise.allSettled(wrong.blocks.map(({ raw }) => chain.submitBlock(raw)))
    await failed
    await chain.close().catch(() => undefined)
    disk.writesLeft = Number.POSITIVE_INFINITY
    chain = await openLive(await disk.openStore())
    await Promise.allSettled(wrong.blocks.map(({ raw }) => chain.submitBlock(raw)))
    if (chain.chainstates.length > 1) await chain.failed
    await chain.close().catch(() => undefined)
    chain = await openLive(await disk.openStore())
    expect([chain.tip.hash, chain.chainstates.length]).toEqual([wrong.blocks[2]!.hash, 1])
    await chain.close()
  }
})

test('closing a chain ends what is being loaded', async () => {
  const disk = await FailingDisk.create()
  const chain = await openLive(await disk.openStore())
  chain.submitHeaders(headersOf(main.blocks))
  const latch = new Latch()
  const begun = latch.hold()
  async function* slowly() {
    yield file.slice(0, 60)
    await latch.pass()
    yield file.slice(60)
  }
  const loading = chain.loadSnapshot(slowly(), { trusted: coinsHash }).catch((error: Error) => error.message)
  await begun
  const order: string[] = []
  const closing = chain.close().then(() => order.push('closed'))
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  order.push('released')
  latch.release()
  await closing
  expect(order).toEqual(['released', 'closed'])
  expect(disk.opened).toBe(0)
  expect(await disk.folders.has('chainstate_snapshot')).toBe(false)
  expect(await loading).toBe('loading was ended')
})
