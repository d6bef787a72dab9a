import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import type { Chain, ChainOptions, StoreDatabases } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import { expectIndexesAgree, expectIndexesSound } from './index-check.js'
import { coinText } from './model.js'
import { openFolder, submit } from './setting.js'
import type { Story } from './story.js'

/** The tips that a process printed before it was gone, the last line perhaps cut short. */
export const tipsTold = (stdout: string): BlockHash[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .filter(line => line.startsWith('tip '))
    .map(line => line.slice(4) as BlockHash)

/** The chain's coins are those that the model makes of its tip's blocks. */
export async function expectModel(chain: Chain, { model }: Story): Promise<void> {
  const { height, bestBlock, txouts, totalAmount, hashSerialized } = await chain.statistics()
  expect({ height, bestBlock, txouts, totalAmount, hashSerialized }).toEqual(model.stateAfter(bestBlock))
  expect(chain.tip.hash).toBe(bestBlock)
}

/** What the chain serves of every block of the story is right, or it has none. */
export async function expectTrueRecords(chain: Chain, { model }: Story): Promise<void> {
  for (const hash of model.hashes()) {
    const raw = await chain.blockBytes(hash)
    if (raw) expect(Buffer.from(raw).equals(model.block(hash).raw)).toBe(true)
    const spent = await chain.spentCoins(hash)
    if (spent) expect(spent.map(coins => coins.map(coinText))).toEqual(model.spentBy(hash))
  }
}

/** Of the blocks of the best chain those that may be removed are gone up to some height, and all others are there. */
export async function expectPruned(chain: Chain, story: Story, keep: number): Promise<void> {
  await expectTrueRecords(chain, story)
  expect(chain.prunedTo).toBeLessThanOrEqual(Math.max(0, chain.tip.height - keep))
  for (const { hash } of story.model.wayTo(chain.tip.hash)) {
    const isKept = story.model.heightOf(hash) > chain.prunedTo
    expect((await chain.blockBytes(hash)) !== undefined).toBe(isKept)
    expect((await chain.spentCoins(hash)) !== undefined).toBe(isKept)
  }
}

/** The end of a process is never taken for damage: to make everything again takes hours where a chain is long. */
function expectUndamaged(databases: StoreDatabases): StoreDatabases {
  const { repaired, chainstate } = databases
  expect({ blocks: repaired, chainstate: chainstate.remedied }).toEqual({ blocks: false, chainstate: false })
  return databases
}

export interface Look {
  readonly look?: (chain: Chain) => Promise<void>
  /** Whether the story goes on to its end. */
  readonly toEnd?: boolean
}

/**
 * Opens what a crash left behind, as the next start does: the tip is one of the story's, not before `told`, and its coins
 * are right, and so are its indexes if there are any, and whatever else `look` asks for. Then the story is told to its end,
 * and that is right too. Says which of the tips was found.
 */
export async function expectSound(
  dir: string,
  story: Story,
  told: readonly BlockHash[],
  options: ChainOptions = {},
  { look = () => Promise.resolve(), toEnd = true }: Look = {},
): Promise<number> {
  const chain = await openFolder(dir, options, expectUndamaged)
  try {
    const at = story.tips.indexOf(chain.tip.hash)
    expect(at).toBeGreaterThanOrEqual(Math.max(0, ...told.map(tip => story.tips.indexOf(tip))))
    await expectModel(chain, story)
    await look(chain)
    const indexes = existsSync(join(dir, 'indexes')) ? await expectIndexesSound(dir, chain, story) : undefined
    if (toEnd) {
      await submit(chain, story.blocks, 64)
      expect(chain.tip.hash).toBe(story.tips.at(-1))
      await expectModel(chain, story)
      await look(chain)
      await indexes?.reachTip()
      if (indexes) await expectIndexesAgree(chain, indexes, story)
    }
    await indexes?.close()
    return at
  } finally {
    await chain.close()
  }
}
