import { expect, test } from '@jest/globals'
import { DecodeError, equalBytes } from '@raistone/primitives'
import { seededRandom } from '@raistone/testkit'
import fc from 'fast-check'
import type { Chain } from '../../src/chain/chain.js'
import type { Reject } from '../../src/verdict.js'
import { openInMemory, stateAfter, stateOf } from '../support/live-chain.js'
import { damaged } from './damage.js'
import { chainPlan, grow, growTree, type TreeNode } from './random-chain.js'

const causes: ReadonlySet<Reject['cause']> = new Set(['consensus', 'header', 'mutated', 'missing', 'early'])

/** What the chain says to the bytes, in one word; anything but an answer or a DecodeError is thrown on. */
async function answerTo(chain: Chain, raw: Uint8Array): Promise<string> {
  try {
    const result = await chain.submitBlock(raw)
    if (!result.reject) return result.state
    expect(causes).toContain(result.reject.cause)
    expect(result.reject.rule).not.toBe('')
    return result.reject.rule
  } catch (error) {
    if (error instanceof DecodeError) return 'no block'
    throw error
  }
}

/** Damage done to each block of a chain before it comes itself. */
const DAMAGE_PER_BLOCK = 10

/** Shows the chain damaged forms of the next block, then the block; what was said goes into `said`. */
async function tryBlock(chain: Chain, { block }: TreeNode, random: () => number, said: Map<string, number>) {
  for (let i = 0; i < DAMAGE_PER_BLOCK; i++) {
    const raw = damaged(random, block)
    const answer = equalBytes(raw, block.raw) ? 'unchanged' : await answerTo(chain, raw)
    said.set(answer, (said.get(answer) ?? 0) + 1)
  }
  await answerTo(chain, block.raw)
}

test('damaged blocks are refused or are no blocks, and stand in no true block’s way', async () => {
  const said = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(chainPlan(6, 14), fc.nat(), async (plans, seed) => {
      const random = seededRandom(seed)
      const nodes = growTree(plans)
      const chain = await openInMemory()
      try {
        let failure: Error | undefined
        void chain.failed.then(error => {
          failure = error
        })
        for (const node of nodes) await tryBlock(chain, node, random, said)
        expect(failure).toBeUndefined()
        // Damage that happened to be right may have made a rival; one more block decides.
        for (const { block } of nodes) expect(chain.entry(block.hash)).toMatchObject({ data: true, invalid: false })
        const tip = nodes.at(-1) as TreeNode
        const last = grow(tip, { back: 0, payments: [], unclaimed: 0 }, nodes.length + 1)
        expect(await answerTo(chain, last.block.raw)).toBe('connected')
        expect(await stateOf(chain)).toEqual(await stateAfter([...nodes, last].map(({ block }) => block)))
      } finally {
        await chain.close()
      }
    }),
    { seed: 33, numRuns: 25 },
  )
  // The damage went deep enough to meet rules of every kind.
  const reached = ['bad-txns-inputs-missingorspent', 'bad-cb-amount', 'bad-txns-in-belowout', 'bad-txns-duplicate']
  for (const answer of ['no block', 'connected', 'high-hash', 'bad-witness-merkle-match', ...reached])
    expect([...said.keys()]).toContain(answer)
  expect(said.size).toBeGreaterThan(25)
})
