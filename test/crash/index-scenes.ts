import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { StoreError } from '@raistone/consensus'
import { flipByte, type TestProcess, tempDir } from '@raistone/testkit'
import { everyNth, inTurn } from './cases.js'
import { expectSound, tipsTold } from './check.js'
import { expectIndexesAgree } from './index-check.js'
import { openIndexes } from './indexes.js'
import { openFolder, submit } from './setting.js'
import type { Story } from './story.js'
import { watched } from './watched.js'

const HOUR_MS = 3_600_000
const folders = ['txindex', 'blockfilter'].map(name => join('indexes', name))

/** Starts a process that keeps indexes and ends itself before or after the n-th write of one of them. */
type StartProcess = (dir: string, when: string, write: number) => TestProcess

/** The story's ledger with its indexes, closed. */
async function indexedLedger(story: Story): Promise<string> {
  const dir = tempDir()
  const chain = await openFolder(dir)
  const indexes = await openIndexes(dir, chain)
  await submit(chain, story.blocks)
  await indexes.reachTip()
  await indexes.close()
  await chain.close()
  return dir
}

/** Opens a ledger whose indexes were damaged: in the end they are right. Whether they were made again. */
async function expectRight(dir: string, story: Story): Promise<'unnoticed' | 'made again'> {
  const chain = await openFolder(dir)
  const indexes = await openIndexes(dir, chain)
  try {
    await indexes.reachTip()
    // What is found damaged when it is looked up is made again, and then it is right; before that nothing wrong is told.
    await expectIndexesAgree(chain, indexes, story).catch(async error => {
      if (indexes.notices.length === 0) throw error
      await indexes.reachTip()
      await expectIndexesAgree(chain, indexes, story)
    })
    return indexes.notices.length > 0 ? 'made again' : 'unnoticed'
  } finally {
    await indexes.close()
    await chain.close()
  }
}

/** What may happen to indexes: the end of the process at any write, a write that fails, damage of any file. */
export function proveIndexes(
  story: Story,
  start: StartProcess,
  figures: Record<string, unknown>,
  isQuick: boolean,
  random: () => number,
): void {
  describe('indexes', () => {
    test(
      'of a process that ends itself before and after the n-th write of one',
      async () => {
        const states = new Set<number>()
        let kills = 0
        let isKilled = true
        for (let write = 1; isKilled; write += isQuick ? 60 : 2) {
          for (const when of ['before', 'after']) {
            const dir = tempDir()
            const { signal, stdout, stderr } = await start(dir, when, write).ended
            expect(stderr).toBe('')
            isKilled = signal === 'SIGKILL'
            if (isKilled) kills++
            states.add(await expectSound(dir, story, tipsTold(stdout)))
            rmSync(dir, { recursive: true })
          }
        }
        expect(kills).toBeGreaterThan(1)
        figures['writes of indexes'] = { kills, differentStates: states.size }
      },
      HOUR_MS,
    )

    test.each([
      ['rejected', false],
      ['done and then rejected', true],
    ])(
      'of which a write is %s tell it, and are right afterwards',
      async (_, written) => {
        for (let n = 1, failed = true; failed; n += isQuick ? 40 : 3) {
          const dir = tempDir()
          let left = n
          const chain = await openFolder(dir)
          const indexes = await openIndexes(dir, chain, database =>
            watched(database, async write => {
              const fails = --left === 0
              if (!fails || written) await write()
              if (fails) throw new StoreError('failed', 'no luck')
            }),
          )
          const failures: string[] = []
          for (const { failed: failing } of [indexes.transactions, indexes.filters])
            void failing.then(({ message }) => failures.push(message))
          await submit(chain, story.blocks)
          await Promise.race([indexes.transactions.failed, indexes.filters.failed, indexes.reachTip()])
          failed = left <= 0
          await indexes.close()
          await chain.close()
          expect(failures).toEqual(failed ? ['no luck'] : [])
          await expectSound(dir, story, [], {}, { toEnd: false })
          rmSync(dir, { recursive: true })
        }
      },
      HOUR_MS,
    )

    test(
      'of which a bit is flipped in a file, or the newest log is cut short',
      async () => {
        const template = await indexedLedger(story)
        const outcomes: Record<string, Record<string, number>> = {}
        const files = folders.flatMap(folder => readdirSync(join(template, folder)).map(name => join(folder, name)))
        const cases = files.flatMap(file => everyNth(isQuick ? 1 : 30, 1, random).map(() => file))
        await inTurn(cases, 1, async file => {
          const { size } = statSync(join(template, file))
          if (size === 0) return
          const dir = tempDir()
          cpSync(template, dir, { recursive: true })
          const at = Math.floor(random() * size)
          const bit = Math.floor(random() * 8)
          const path = join(dir, file)
          const isCut = file.endsWith('.log') && random() < 0.5
          if (isCut) truncateSync(path, at)
          else writeFileSync(path, flipByte(new Uint8Array(readFileSync(path)), at, 1 << bit))
          const outcome = await expectRight(dir, story).catch(error => {
            throw new Error(`${isCut ? 'cut at' : `bit ${bit} of`} byte ${at} of ${file}`, { cause: error })
          })
          const kind = file.replace(/\d{6}/, '*')
          outcomes[kind] = { ...outcomes[kind], [outcome]: (outcomes[kind]?.[outcome] ?? 0) + 1 }
          rmSync(dir, { recursive: true })
        })
        figures['damaged indexes'] = outcomes
      },
      HOUR_MS,
    )
  })
}
