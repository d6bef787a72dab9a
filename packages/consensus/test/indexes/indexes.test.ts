import { afterAll } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { MemoryLevel } from 'memory-level'
import { openLevelIndex, openLevelStore } from '../../src/store/level.node.js'
import { FailingDisk } from '../support/failing-disk.js'
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
