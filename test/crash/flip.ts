import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Chain, StoreError } from '@raistone/consensus'
import { flipByte } from '@raistone/testkit'
import { expectModel, expectTrueRecords } from './check.js'
import { databaseNames } from './folder-copy.js'
import { openFolder, submit } from './setting.js'
import type { Story } from './story.js'

/** A bit of a file of one of the databases. */
export interface Flip {
  /** Which kind of file it is: `blocks/*.ldb`. */
  readonly kind: string
  readonly path: string
  readonly bit: number
}

const kindOf = (name: string): string =>
  /\.(ldb|log)$/.test(name) ? name.replace(/^\d+/, '*') : name.replace(/\d+/, '')

/** Some bits of each file, all of them where there are not more. */
export function flipsIn(dir: string, perFile: number, random: () => number): Flip[] {
  return databaseNames.flatMap(which =>
    readdirSync(join(dir, which)).flatMap(name => {
      const path = join(which, name)
      const bits = statSync(join(dir, path)).size * 8
      const chosen = new Set<number>()
      while (chosen.size < Math.min(perFile, bits)) chosen.add(Math.floor(random() * bits))
      return [...chosen].map(bit => ({ kind: `${which}/${kindOf(name)}`, path, bit }))
    }),
  )
}

export function flip(dir: string, { path, bit }: Flip): void {
  const file = join(dir, path)
  writeFileSync(file, flipByte(new Uint8Array(readFileSync(file)), bit >> 3, 1 << (bit & 7)))
}

/** How a start went: as if nothing were, with coins made again, or refused in one line. */
export type Outcome = 'unnoticed' | 'rebuilt' | 'stopped' | 'refused'

/** A start that may end in a StoreError of one line, as every failure of the store. */
async function attempt(work: () => Promise<void>): Promise<StoreError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    expect(error.message).not.toContain('\n')
    return error
  }
}

/**
 * Starts on a damaged folder as often as a stop asks for another start, tells the story again, as peers do with blocks
 * that are missing, and looks at everything that is served: it is right, or it is not there.
 */
export async function expectHealed(dir: string, story: Story): Promise<Outcome> {
  let rebuilt = false
  let stops = 0
  const start = async (use: (chain: Chain) => Promise<void>): Promise<StoreError | undefined> =>
    attempt(async () => {
      const chain = await openFolder(dir, {
        progress: ({ phase }) => {
          rebuilt ||= phase === 'rebuild'
        },
      })
      try {
        await use(chain)
      } finally {
        await chain.close().catch(() => undefined)
      }
    })
  const look = async (chain: Chain): Promise<void> => {
    await expectModel(chain, story)
    await expectTrueRecords(chain, story)
    await submit(chain, story.blocks, 64)
    expect(chain.tip.hash).toBe(story.tips.at(-1))
    await expectModel(chain, story)
    await expectTrueRecords(chain, story)
  }
  for (let failure = await start(look); failure; failure = await start(look)) {
    if (!['damaged', 'repair'].includes(failure.code)) return 'refused'
    if (++stops > 2) throw failure
  }
  return stops > 0 ? 'stopped' : rebuilt ? 'rebuilt' : 'unnoticed'
}
