import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type BlockHash, fromDisplayHex, outpointKey } from '@raistone/primitives'
import { flipByte, removeTempDirs, tempDir } from '@raistone/testkit'
import { ClassicLevel } from 'classic-level'
import type { Chain } from '../../src/chain/chain.js'
import type { OpenProgress } from '../../src/chain/options.js'
import { coinKey } from '../../src/store/coin-record.js'
import { prefixedKey } from '../../src/store/database.js'
import { decodeEntry, entryKey } from '../../src/store/entry-record.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { feed, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const open: Chain[] = []

afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close()
  removeTempDirs()
})

async function openDisk(dir: string, phases: OpenProgress['phase'][] = []): Promise<Chain> {
  const progress = ({ phase }: OpenProgress): unknown => phases.push(phase)
  const chain = await openLive(await openLevelStore(dir), { progress })
  open.push(chain)
  return chain
}

async function close(chain: Chain): Promise<void> {
  open.splice(open.indexOf(chain), 1)
  await chain.close()
}

type Raw = ClassicLevel<Uint8Array, Uint8Array>

async function withDatabase(folder: string, use: (database: Raw) => Promise<void>): Promise<void> {
  const database: Raw = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' })
  await database.open()
  await use(database)
  await database.close()
}

async function flipBit(database: Raw, key: Uint8Array, at: number): Promise<void> {
  const record = await database.get(key)
  if (!record) throw new RangeError('no such record')
  await database.put(key, flipByte(record, at % record.length, 1 << (at % 8)), { sync: true })
}

const numbered = (number: number): Uint8Array => {
  const digits = new Uint8Array(8)
  new DataView(digits.buffer).setBigUint64(0, BigInt(number))
  return prefixedKey('r', digits)
}

/** Of a block of the trunk. */
const headerKey = (hash: BlockHash): Uint8Array =>
  entryKey({ hash: fromDisplayHex(hash), height: trunk.blocks.findIndex(block => block.hash === hash) + 1 })

/** Flips a bit of the record that holds a block, or what it spent. */
const damageRecord = (dir: string, hash: BlockHash, kind: 'raw' | 'undo', at = 40): Promise<void> =>
  withDatabase(join(dir, 'blocks'), async database => {
    const key = headerKey(hash)
    const entry = decodeEntry(key, (await database.get(key)) as Uint8Array)
    await flipBit(database, numbered(entry?.[kind] as number), at)
  })

const damageHeader = (dir: string, hash: BlockHash, at: number): Promise<void> =>
  withDatabase(join(dir, 'blocks'), database => flipBit(database, headerKey(hash), at))

const damageCoins = (dir: string, key: Uint8Array, at: number): Promise<void> =>
  withDatabase(join(dir, 'chainstate'), database => flipBit(database, key, at))

const tipKey = prefixedKey('t', new Uint8Array(0))

/** A replica of a branch, closed as it should be. */
async function replicaOf(branch: Branch): Promise<string> {
  const dir = tempDir()
  const chain = await openDisk(dir)
  await feed(chain, branch.blocks)
  await close(chain)
  return dir
}

/** The coins fall behind the blocks, as after a crash: they are those of `branch`, the blocks go on. */
async function replicaBehind(branch: Branch, more: Branch): Promise<string> {
  const dir = await replicaOf(branch)
  const kept = join(tempDir(), 'chainstate')
  await cp(join(dir, 'chainstate'), kept, { recursive: true })
  const chain = await openDisk(dir)
  await feed(chain, more.blocks)
  expect(chain.tip.hash).toBe(more.tip.hash)
  await close(chain)
  await rm(join(dir, 'chainstate'), { recursive: true })
  await cp(kept, join(dir, 'chainstate'), { recursive: true })
  return dir
}

const names = (entries: readonly { readonly hash: BlockHash }[]): BlockHash[] => entries.map(({ hash }) => hash)

const trunk = new Branch(1).mineBusy(8)
/** Spends what the trunk's first blocks made. */
const longer = trunk.fork(1).mineBusy(2)
/** Leaves the trunk three blocks before its end and has more work. */
const rival = trunk.fork(2, 3).mineBusy(5)
const nextCoin = coinKey(outpointKey(trunk.fork(1).nextCoin().outpoint))
const damaged = { code: 'damaged' }

describe('a flipped bit in the coins', () => {
  test.each([0, 30])(
    'of a coin (byte %i): the block that spends it stops the chain, then they are made again',
    async at => {
      const dir = await replicaOf(trunk)
      await damageCoins(dir, nextCoin, at)
      const chain = await openDisk(dir)
      const [spender] = longer.blocks.slice(8)
      await expect(chain.submitBlock(spender!.raw)).rejects.toMatchObject(damaged)
      expect(await chain.failed).toMatchObject(damaged)
      await close(chain)

      const phases: OpenProgress['phase'][] = []
      const again = await openDisk(dir, phases)
      expect(new Set(phases)).toEqual(new Set(['rebuild']))
      expect(await stateOf(again)).toEqual(await stateAfter(trunk.blocks))
      expect(await feed(again, longer.blocks.slice(8))).toEqual(['connected', 'connected'])
      expect(await stateOf(again)).toEqual(await stateAfter(longer.blocks))
      await close(again)
      const third: OpenProgress['phase'][] = []
      await openDisk(dir, third)
      expect(third).toEqual([])
    },
  )

  test('of a coin that is counted', async () => {
    const dir = await replicaOf(trunk)
    await damageCoins(dir, nextCoin, 6)
    const chain = await openDisk(dir)
    await expect(chain.statistics()).rejects.toMatchObject(damaged)
    expect(await chain.failed).toMatchObject(damaged)
    await close(chain)
    expect(await stateOf(await openDisk(dir))).toEqual(await stateAfter(trunk.blocks))
  })

  test('of a coin that opening itself needs: opening makes them again', async () => {
    const dir = await replicaBehind(trunk, longer)
    await damageCoins(dir, nextCoin, 6)
    const phases: OpenProgress['phase'][] = []
    const chain = await openDisk(dir, phases)
    expect(phases).toContain('rebuild')
    expect(await stateOf(chain)).toEqual(await stateAfter(longer.blocks))
  })

  test('of one that opening itself needs, the whole record being gone: the block that spends it is not invalid', async () => {
    const dir = await replicaBehind(trunk, longer)
    await withDatabase(join(dir, 'chainstate'), database => database.del(nextCoin))
    const chain = await openDisk(dir)
    expect(chain.tip.hash).toBe(longer.tip.hash)
    expect(await stateOf(chain)).toEqual(await stateAfter(longer.blocks))
  })

  test.each([0, 38])('of their tip (byte %i): opening makes them again', async at => {
    const dir = await replicaOf(trunk)
    await damageCoins(dir, tipKey, at)
    const phases: OpenProgress['phase'][] = []
    const chain = await openDisk(dir, phases)
    expect(phases).toEqual(trunk.blocks.map(() => 'rebuild'))
    expect(await stateOf(chain)).toEqual(await stateAfter(trunk.blocks))
  })
})

describe('a flipped bit in a raw block', () => {
  const [lost] = trunk.blocks.slice(5)

  test.each([0, 3, 7])('(byte %i) that was connected long ago: it is missing until it comes again', async at => {
    const dir = await replicaOf(trunk)
    await damageRecord(dir, lost!.hash, 'raw', at)
    const chain = await openDisk(dir)
    expect(await chain.blockBytes(lost!.hash)).toBeUndefined()
    expect(names(chain.missingBlocks(5))).toEqual([lost!.hash])
    expect(chain.tip.hash).toBe(trunk.tip.hash)
    await close(chain)
    // It is not forgotten with the process that met it.
    const again = await openDisk(dir)
    expect(names(again.missingBlocks(5))).toEqual([lost!.hash])
    expect(await feed(again, [lost!])).toEqual(['connected'])
    expect(again.missingBlocks(5)).toEqual([])
    await close(again)
    const healed = await openDisk(dir)
    expect(await healed.blockBytes(lost!.hash)).toEqual(lost!.raw)
    expect(healed.missingBlocks(5)).toEqual([])
    expect(await stateOf(healed)).toEqual(await stateAfter(trunk.blocks))
  })

  test('sound, but of another block: it is not taken for this one', async () => {
    const dir = await replicaOf(trunk)
    await withDatabase(join(dir, 'blocks'), async database => {
      const numberOf = async (hash: BlockHash): Promise<number> => {
        const key = headerKey(hash)
        return decodeEntry(key, (await database.get(key)) as Uint8Array)?.raw as number
      }
      const other = await database.get(numbered(await numberOf(trunk.tip.hash)))
      await database.put(numbered(await numberOf(lost!.hash)), other as Uint8Array)
    })
    const chain = await openDisk(dir)
    expect(await chain.blockBytes(lost!.hash)).toBeUndefined()
    expect(names(chain.missingBlocks(5))).toEqual([lost!.hash])
    expect(await feed(chain, [lost!])).toEqual(['connected'])
    expect(await chain.blockBytes(lost!.hash)).toEqual(lost!.raw)
  })

  test('that the coins have not reached: the chain waits before it', async () => {
    const dir = await replicaBehind(trunk.fork(1, 5), trunk)
    await damageRecord(dir, lost!.hash, 'raw')
    const chain = await openDisk(dir)
    expect(await stateOf(chain)).toEqual(await stateAfter(trunk.blocks.slice(0, 5)))
    expect(names(chain.missingBlocks(5))).toEqual([lost!.hash])
    await close(chain)
    const again = await openDisk(dir)
    expect(names(again.missingBlocks(5))).toEqual([lost!.hash])
    expect(await feed(again, [lost!])).toEqual(['connected'])
    expect(await stateOf(again)).toEqual(await stateAfter(trunk.blocks))
  })

  test('that a reorganisation must take back: the coins are made again', async () => {
    const dir = await replicaOf(trunk)
    await damageRecord(dir, lost!.hash, 'raw')
    const chain = await openDisk(dir)
    const [better] = rival.blocks.slice(8)
    await feed(chain, rival.blocks.slice(0, 8))
    await expect(chain.submitBlock(better!.raw)).rejects.toMatchObject(damaged)
    await chain.failed
    await close(chain)
    const again = await openDisk(dir)
    await feed(again, [...trunk.blocks, ...rival.blocks])
    expect(await stateOf(again)).toEqual(await stateAfter(rival.blocks))
  })
})

describe('a flipped bit in the undo data', () => {
  const [last] = trunk.blocks.slice(-1)

  test('what the block spent is not told, and a reorganisation makes the coins again, once', async () => {
    const dir = await replicaOf(trunk)
    await damageRecord(dir, last!.hash, 'undo')
    const chain = await openDisk(dir)
    expect(await chain.spentCoins(last!.hash)).toBeUndefined()
    await feed(chain, rival.blocks.slice(0, 8))
    await expect(chain.submitBlock(rival.blocks[8]!.raw)).rejects.toMatchObject(damaged)
    await chain.failed
    await close(chain)

    const again = await openDisk(dir)
    expect(await stateOf(again)).toEqual(await stateAfter(trunk.blocks))
    expect(await again.spentCoins(last!.hash)).toBeDefined()
    await feed(again, rival.blocks)
    expect(await stateOf(again)).toEqual(await stateAfter(rival.blocks))
  })

  test('too old to be looked at after a crash: it is written again with the coins', async () => {
    const old = trunk.fork(1).mine(105)
    const better = trunk.fork(2, 3).mine(110)
    const dir = await replicaOf(old)
    await damageRecord(dir, last!.hash, 'undo')
    const chain = await openDisk(dir)
    await feed(chain, better.blocks.slice(0, -2))
    await expect(chain.submitBlock(better.blocks.at(-2)!.raw)).rejects.toMatchObject(damaged)
    await chain.failed
    await close(chain)
    const again = await openDisk(dir)
    expect(await again.spentCoins(last!.hash)).toBeDefined()
    await feed(again, better.blocks.slice(-2))
    expect(again.tip.hash).toBe(better.tip.hash)
    expect(await stateOf(again)).toEqual(await stateAfter(better.blocks))
  })

  test('that opening itself needs: opening makes the coins again', async () => {
    const dir = await replicaBehind(trunk, rival)
    await damageRecord(dir, last!.hash, 'undo')
    const chain = await openDisk(dir)
    expect(await stateOf(chain)).toEqual(await stateAfter(rival.blocks))
  })
})

describe('a flipped bit in a header record', () => {
  test.each([4, 80, 100])('(byte %i): it and what follows come again', async at => {
    const dir = await replicaOf(trunk)
    const [header] = trunk.blocks.slice(4)
    await damageHeader(dir, header!.hash, at)
    const chain = await openDisk(dir)
    expect(await stateOf(chain)).toEqual(await stateAfter(trunk.blocks.slice(0, 4)))
    expect(chain.entry(header!.hash)).toBeUndefined()
    expect(chain.submitHeaders(trunk.blocks.map(block => block.header)).reject).toBeUndefined()
    const missing = trunk.blocks.slice(4)
    expect(names(chain.missingBlocks(9))).toEqual(names(missing))
    expect(await feed(chain, missing)).toEqual(missing.map(() => 'connected'))
    expect(await stateOf(chain)).toEqual(await stateAfter(trunk.blocks))
    await close(chain)
    expect(await stateOf(await openDisk(dir))).toEqual(await stateAfter(trunk.blocks))
  })
})
