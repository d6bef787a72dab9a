import { expect, test } from '@jest/globals'
import { type Curve, nobleCurve } from '@raistone/primitives'
import { reseal, testKey, withSignetSolution } from '@raistone/testkit'
import { openChain } from '../../src/chain/open.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { feed, liveClock, liveVerifier } from '../support/live-chain.js'
import { RuleScene, rulesWith } from '../support/rule-scene.js'

const miner = testKey(1)
const challenge = miner.scripts.p2wpkh

/** Counts the signatures that are checked with it. */
function counting(): Curve & { checked: number } {
  const curve = {
    ...nobleCurve,
    checked: 0,
    verifyEcdsa: (...args: Parameters<Curve['verifyEcdsa']>) => {
      curve.checked++
      return nobleCurve.verifyEcdsa(...args)
    },
  }
  return curve
}

test('a signet takes templates that nobody has signed, and blocks that its key has signed', async () => {
  const at = new RuleScene(rulesWith({ signetChallenge: challenge }), 0)
  const curve = counting()
  const store = await openMemoryStore()
  const chain = await openChain({ params: at.params, store, verifier: liveVerifier, clock: liveClock, curve })
  const template = at.build({ work: 'fails' })
  expect(await chain.checkTemplate(template)).toBeUndefined()
  expect(curve.checked).toBe(0)
  expect(await feed(chain, [template])).toEqual(['high-hash'])
  expect(curve.checked).toBe(0)
  const unsigned = reseal(template)
  expect(await feed(chain, [unsigned])).toEqual(['bad-signet-blksig'])
  expect(chain.entry(unsigned.hash)?.invalid).toBe(true)
  const signed = withSignetSolution(template, challenge, [miner])
  expect(await feed(chain, [signed])).toEqual(['connected'])
  expect(curve.checked).toBe(1)
  await chain.close()
})
