import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { chainStoreSuite } from './chain-store-suite.js'

afterAll(removeTempDirs)

const memory = (): MemoryLevel<Uint8Array, Uint8Array> =>
  new MemoryLevel<Uint8Array, Uint8Array>({ storeEncoding: 'view', keyEncoding: 'view', valueEncoding: 'view' })

chainStoreSuite('in memory', () => {
  // A closed database of memory-level keeps its contents and opens again.
  const databases = { blocks: memory(), chainstate: memory() }
  return {
    open: async () => {
      await databases.blocks.open()
      await databases.chainstate.open()
      return databases
    },
  }
})

chainStoreSuite('in LevelDB', () => {
  const folder = tempDir()
  const level = async (name: string): Promise<ClassicLevel<Uint8Array, Uint8Array>> => {
    const database = new ClassicLevel<Uint8Array, Uint8Array>(join(folder, name), {
      keyEncoding: 'view',
      valueEncoding: 'view',
    })
    await database.open({ compression: false })
    return database
  }
  return { open: async () => ({ blocks: await level('blocks'), chainstate: await level('chainstate') }) }
})
