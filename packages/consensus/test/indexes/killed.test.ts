import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, TestProcess, tempDir } from '@raistone/testkit'
import { openLevelIndex, openLevelStore } from '../../src/store/level.node.js'
import { crashBlocks } from '../support/crash-blocks.js'
import { expectedOf, openIndexed, statesIn } from '../support/indexed.js'
import { feed, openLive } from '../support/live-chain.js'

const child = fileURLToPath(new URL('../support/index-child.js', import.meta.url))

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
})

test.each([
  ['before', 6],
  ['after', 31],
])('a process that is killed %s the %i-th write of an index leaves indexes that go on', async (when, write) => {
  const dir = tempDir()
  const { signal } = await new TestProcess(process.execPath, [child, dir, when, String(write)], {}).ended
  expect(signal).toBe('SIGKILL')
  const chain = await openLive(await openLevelStore(dir))
  const indexed = await openIndexed(chain, folder => openLevelIndex(dir, folder))
  const blocks = crashBlocks()
  await statesIn(chain, indexed)
  await feed(chain, blocks)
  const active = blocks.filter(({ hash }) => chain.isActive(chain.entry(hash)!))
  expect(await statesIn(chain, indexed)).toEqual(expectedOf(active))
  expect(indexed.notices).toEqual([])
  await indexed.close()
  await chain.close()
})
