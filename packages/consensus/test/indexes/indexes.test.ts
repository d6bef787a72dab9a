import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { MemoryLevel } from 'memory-level'
import { openLevelIndex, openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { openIndexed, statesIn } from '../support/indexed.js'
import { feed, openInMemory } from '../support/live-chain.js'
import { indexSuite } from './index-suite.js'

afterAll(removeTempDirs)

indexSuite('in memory', async () => {
  const disk = await FailingDisk.create()
  const databases = new Map<string, MemoryLevel<Uint8Array, Uint8Array>>()
  return {
    store: () => disk.openStore(),
    index: async folder => {
      const encodings = { storeEncoding: 'view', keyEncoding: 'view', valueEncoding: 'view' } as const
      const database = databases.get(folder) ?? new MemoryLevel<Uint8Array, Uint8Array>(encodings)
      databases.set(folder, database)
      await database.open()
      return database
    },
  }
})

indexSuite('in LevelDB', async () => {
  const dir = tempDir()
  return { store: () => openLevelStore(dir), index: folder => openLevelIndex(dir, folder) }
})

test('a folder that LevelDB cannot read is begun anew, saying so', async () => {
  const dir = tempDir()
  const chain = await openInMemory()
  await feed(chain, new Branch(1).mine(3).blocks)
  const first = await openIndexed(chain, folder => openLevelIndex(dir, folder))
  const right = await statesIn(chain, first)
  await first.close()
  rmSync(join(dir, 'indexes', 'txindex', 'CURRENT'))
  const again = await openIndexed(chain, folder => openLevelIndex(dir, folder))
  expect(again.notices).toEqual(['the txindex cannot be used as it is and is made again'])
  expect(await statesIn(chain, again)).toEqual(right)
  await again.close()
  await chain.close()
})
