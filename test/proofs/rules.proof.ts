import { afterAll, describe, expect, test } from '@jest/globals'
import type { Family } from '../equal-tiers/cases.js'
import { ecdsaFamily, inputFamily, schnorrFamily, tweakFamily } from '../equal-tiers/families.js'
import { hashFamily } from '../equal-tiers/hash-cases.js'
import { type Outcome, runFamily } from '../equal-tiers/run.js'
import { isQuick, SEED, writeFigures } from '../proof.js'

/** A quick proof takes one of so many cases. */
const PART = isQuick ? 20 : 1

const figures: Record<string, unknown> = {}
let signatureCases = 0
afterAll(() => writeFigures({ signatureCases, ...figures }))

function prove<T>(family: Family<T>, cases: number, sample: number): Outcome {
  const outcome = runFamily(family, { seed: SEED, cases, sample })
  if (family.valid !== undefined) signatureCases += cases
  figures[family.name] = { ...outcome.figures, sampled: sample, smallest: outcome.smallest }
  if (outcome.smallest)
    throw new Error(
      `${outcome.figures.failed} of ${cases} cases fail (seed ${SEED}); the one with the shortest input:\n` +
        JSON.stringify(outcome.smallest, null, 2),
    )
  return outcome
}

/** A title, and a test that all judges say the same of every case, and what the way it was made demands. */
function proves<T>(family: Family<T>, fullCases: number, fullSample: number): void {
  const [cases, sample] = [fullCases, fullSample].map(count => Math.ceil(count / PART)) as [number, number]
  const asked =
    sample > 0 ? `the built-in one asked of every edge case and ${sample} others` : 'the library always asked'
  test(`${family.name}: ${cases} cases, ${asked} (seed ${SEED})`, () => {
    const { valid } = prove(family, cases, sample).figures
    if (valid === undefined) return
    expect(valid).toBeGreaterThan(cases / 3)
    expect(valid).toBeLessThan((2 * cases) / 3)
  }, 300_000)
}

describe('native, wasm and built-in verification agree', () => {
  proves(ecdsaFamily, 36_000, 1_500)
  proves(schnorrFamily, 30_000, 1_500)
  proves(tweakFamily, 16_000, 800)
  proves(inputFamily, 24_000, 1_200)
})

describe('hash functions agree with the library they stand in for', () => {
  proves(hashFamily, 14_000, 0)
})
