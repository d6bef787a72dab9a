import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, TestProcess, tempDir, withDeadline } from '@raistone/testkit'
import type { OpenProgress } from '../../src/chain/options.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from '../support/branch.js'
import { listen, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const child = fileURLToPath(new URL('../support/reindex-child.js', import.meta.url))

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
})

const branch = new Branch(1).mineBusy(8).mine(12)
const better = branch.fork(2, 4).mineBusy(5)
const replica = tempDir()

beforeAll(async () => {
  const chain = await openLive(await openLevelStore(replica))
  await Promise.all(branch.blocks.map(({ raw }) => chain.submitBlock(raw)))
  await chain.close()
})

test.each([
  ['reindex', 3],
  ['reindex', 20],
  ['rebuild', 9],
] as const)('killed in the phase %s after %i blocks, it goes on at the next start', async (phase, blocks) => {
  const dir = tempDir()
  await cp(replica, dir, { recursive: true })
  const running = new TestProcess(process.execPath, [child, dir, phase, String(blocks)], {})
  await withDeadline(
    running.line(line => line === 'here'),
    20_000,
    `${phase} of ${blocks} blocks`,
  )
  expect((await running.kill()).signal).toBe('SIGKILL')

  const phases = new Set<OpenProgress['phase']>()
  const progress = ({ phase: told }: OpenProgress): unknown => phases.add(told)
  const chain = await openLive(await openLevelStore(dir), { progress })
  expect(phases).toEqual(new Set(phase === 'reindex' ? ['reindex', 'rebuild'] : ['rebuild']))
  expect(await stateOf(chain)).toEqual(await stateAfter(branch.blocks))
  const told = listen(chain)
  await Promise.all(better.blocks.slice(-5).map(({ raw }) => chain.submitBlock(raw)))
  expect(told.filter(word => word.startsWith('-'))).toHaveLength(4)
  expect(await stateOf(chain)).toEqual(await stateAfter(better.blocks))
  await chain.close()
})
