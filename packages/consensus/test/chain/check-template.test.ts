import { describe, expect, test } from '@jest/globals'
import { type Block, createBlock, createTransaction } from '@raistone/primitives'
import { reseal, spend } from '@raistone/testkit'
import { Branch } from '../support/branch.js'
import { feed, listen, liveClock, liveParams, openInMemory, stateOf } from '../support/live-chain.js'

const tooLate = liveClock.nowMs() / 1000 + liveParams.pow.futureLimitSec + 1

const payment = (branch: Branch) => {
  const coin = branch.fork(1).nextCoin()
  return spend([coin], [coin.output])
}

const unsolved = (branch: Branch): Block => branch.build({ transactions: [payment(branch)], work: 'fails' })

/** Its payment signed for other outputs. */
function badScript(branch: Branch): Block {
  const tx = payment(branch)
  const body = { ...tx, outputs: tx.outputs.map(({ value, script }) => ({ value: value - 1n, script })) }
  return branch.build({ transactions: [createTransaction(body)], work: 'fails' })
}

const wrong: readonly [string, (branch: Branch) => Block][] = [
  ['time-too-new', branch => branch.build({ header: { time: tooLate }, work: 'fails' })],
  ['bad-txnmrklroot', branch => createBlock(unsolved(branch).header, branch.build().transactions)],
  ['bad-cb-multiple', branch => branch.build({ transactions: branch.tip.transactions.slice(0, 1), work: 'fails' })],
  [
    'bad-txns-nonfinal',
    branch => {
      const coin = branch.fork(1).nextCoin()
      const late = spend([coin], [coin.output], { lockTime: 1000, sequence: 0 })
      return branch.build({ transactions: [late], work: 'fails' })
    },
  ],
  ['bad-cb-amount', branch => branch.build({ fees: 1n, work: 'fails' })],
  ['block-script-verify-flag-failed', badScript],
  ['inconclusive-not-best-prevblk', branch => branch.fork(1, 1).build({ work: 'fails' })],
]

describe('a template', () => {
  test.each([['', unsolved] as const, ...wrong])('is judged by everything but its work: %s', async (rule, build) => {
    const branch = new Branch(1).mine(6)
    const chain = await openInMemory()
    await feed(chain, branch.blocks)
    const told = listen(chain)
    const before = await stateOf(chain)
    const template = build(branch)
    // Twice: the first time leaves nothing behind.
    for (let i = 0; i < 2; i++) {
      const verdict = await chain.checkTemplate(template)
      expect(verdict?.rule.slice(0, rule.length) ?? '').toBe(rule)
      if (!rule) expect(verdict).toBeUndefined()
    }
    expect(chain.entry(template.hash)).toBeUndefined()
    expect([chain.tip.hash, chain.bestHeader.hash]).toEqual([branch.tip.hash, branch.tip.hash])
    expect(told).toEqual([])
    expect(await stateOf(chain)).toEqual(before)
    if (!rule) {
      expect(await feed(chain, [template])).toEqual(['high-hash'])
      expect(await feed(chain, [reseal(template)])).toEqual(['connected'])
    }
    await chain.close()
  })
})
