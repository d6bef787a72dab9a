import { expect, test } from '@jest/globals'
import { outpointKey, outputTotal, type Transaction } from '@raistone/primitives'
import { vectorSuite } from '@raistone/testkit/jest'
import type { CoinView } from '../src/coin.js'
import { scriptFlagsAt } from '../src/rules/script-flags.js'
import { createLocalVerifier } from '../src/verify/local.js'
import { fastCurve } from './support/local-chain.js'
import {
  blockFacts,
  coinsBefore,
  connectRealBlock,
  judgeWithoutCoins,
  type RealBlock,
  readRealBlock,
  scriptJobs,
} from './support/real-blocks.js'

const verifier = createLocalVerifier(fastCurve)

/** Fees, spent outputs and the coinbase's amount are as they are told. */
function expectConnects(real: RealBlock): void {
  const { facts, block, spent = [] } = real
  const outcome = connectRealBlock(real)
  if (outcome.reject) throw new Error(`${outcome.reject.rule}: ${outcome.reject.detail}`)
  const { fees, spent: found } = outcome.value
  const bare = (coins: readonly { value: bigint; script: Uint8Array }[]) =>
    coins.map(({ value, script }) => ({ value, script }))
  expect(found.slice(1).map(bare)).toEqual(spent.map(bare))
  expect(Number(fees)).toBe(facts.fees)
  const taken = outputTotal(block.transactions[0] as Transaction)
  if (facts.coinbase_claims_all) expect(taken).toBe(BigInt(facts.subsidy ?? 0) + fees)
}

/** The coins before the block, but that the first one it spends is worth a satoshi less. */
function poorerCoins(real: RealBlock): CoinView {
  const before = coinsBefore(real)
  const keys = real.block.transactions
    .slice(1)
    .flatMap(({ inputs }) => inputs.map(({ prevout }) => outpointKey(prevout)))
  const first = keys.find(key => before.get(key))
  return {
    get: key => {
      const coin = before.get(key)
      return coin && key === first ? { ...coin, value: coin.value - 1n } : coin
    },
  }
}

const all = blockFacts()
if (all.length === 0) vectorSuite('blocks/*.bin', () => undefined)

for (const facts of all)
  vectorSuite(facts.file, cases => {
    const real = readRealBlock(facts)
    const { block, spent, params } = real
    const jobs = scriptJobs(real)

    test('obeys every rule that needs no coins', () => {
      expect(judgeWithoutCoins(real)).toBeUndefined()
      if (jobs.length === 0) cases.ran()
    })

    if (spent) {
      test('obeys every rule that the outputs it spends decide, and pays what it is said to', () =>
        expectConnects(real))

      test('has not a satoshi more than it takes', () => {
        if (facts.coinbase_claims_all)
          expect(connectRealBlock(real, poorerCoins(real)).reject?.rule).toBe('bad-cb-amount')
      })
    }

    if (jobs.length > 0)
      test('satisfies the script of every output it spends', async () => {
        const tally = { signatures: 0 }
        expect(await verifier.verify(jobs, scriptFlagsAt(facts.height, block.hash, params), tally)).toBeUndefined()
        const inputs = jobs.reduce((sum, { tx }) => sum + tx.inputs.length, 0)
        if (spent) expect(inputs).toBe(facts.n_inputs)
        expect(tally.signatures).toBeGreaterThan(0)
        cases.ran()
      })
  })
