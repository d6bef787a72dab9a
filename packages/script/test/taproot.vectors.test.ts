import { expect, test } from '@jest/globals'
import { decodeTransaction, fromHex, Reader, txOut } from '@raistone/primitives'
import { CONSENSUS_FLAGS, type ScriptFlags } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { rememberingCurve } from './support/curve.js'
import { consistentSubsets, parseFlags } from './support/flags.js'
import { withInput } from './support/spending.js'
import { readVectors, vectorSuite } from './support/vectors.js'

interface Attempt {
  readonly scriptSig: string
  readonly witness: readonly string[]
}

interface Spend {
  readonly id: string
  readonly tx: string
  readonly prevouts: readonly string[]
  readonly index: number
  readonly flags: string
  readonly comment: string
  readonly success?: Attempt
  readonly failure?: Attempt
  readonly final?: boolean
}

const subsetsOfConsensus = consistentSubsets(CONSENSUS_FLAGS)

/** Verdicts under each of the flag sets, of one attempt. */
function verdicts(item: Spend, attempt: Attempt, sets: readonly ScriptFlags[]): boolean[] {
  const curve = rememberingCurve()
  const tx = withInput(decodeTransaction(fromHex(item.tx)), item.index, {
    scriptSig: fromHex(attempt.scriptSig),
    witness: attempt.witness.map(fromHex),
  })
  const spend = createSpendContext(
    tx,
    item.prevouts.map(hex => txOut.read(new Reader(fromHex(hex)))),
  )
  return sets.map(flags => verifyInput(spend, item.index, flags, curve) === undefined)
}

vectorSuite('taproot_ref', () => {
  const items = readVectors<Spend[]>('script/taproot_ref.json')
  const name = ({ id, comment }: Spend): string => `${id} ${comment}`

  test('good spends verify under their flags and every smaller set', () => {
    const good = items.filter(item => item.success)
    const wrong = good.filter(item => {
      const sets = item.final ? subsetsOfConsensus : consistentSubsets(parseFlags(item.flags))
      return verdicts(item, item.success as Attempt, sets).includes(false)
    })
    expect(wrong.map(name)).toEqual([])
    expect(good.length).toBeGreaterThan(1300)
  })

  test('bad spends fail under their flags and every larger set', () => {
    const bad = items.filter(item => item.failure)
    const wrong = bad.filter(item => {
      const flags = parseFlags(item.flags)
      const sets = subsetsOfConsensus.filter(set => (set & flags) === flags)
      return verdicts(item, item.failure as Attempt, sets).includes(true)
    })
    expect(wrong.map(name)).toEqual([])
    expect(bad.length).toBeGreaterThan(1000)
  })
})
