import { beforeAll, expect, test } from '@jest/globals'
import { type Curve, decodeTransaction, fromHex, Reader, txOut } from '@raistone/primitives'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { consistentSubsets, parseFlags, readVectors, rememberingCurve } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { CONSENSUS_FLAGS, type ScriptFlags } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { withInput } from './support/spending.js'

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

let curve: Curve
beforeAll(async () => {
  curve = await loadWasmCurve()
})

/** Verdicts under each of the flag sets, of one attempt. */
function verdicts(item: Spend, attempt: Attempt, sets: readonly ScriptFlags[]): boolean[] {
  const remembering = rememberingCurve(curve)
  const tx = withInput(decodeTransaction(fromHex(item.tx)), item.index, {
    scriptSig: fromHex(attempt.scriptSig),
    witness: attempt.witness.map(fromHex),
  })
  const spend = createSpendContext(
    tx,
    item.prevouts.map(hex => txOut.read(new Reader(fromHex(hex)))),
  )
  return sets.map(flags => verifyInput(spend, item.index, flags, remembering) === undefined)
}

/** The good spend verifies under its flags and every smaller set; with `final`, under every set of consensus flags. */
function isRefused(item: Spend): boolean {
  const sets = item.final ? subsetsOfConsensus : consistentSubsets(parseFlags(item.flags))
  return item.success !== undefined && verdicts(item, item.success, sets).includes(false)
}

/** The bad spend fails under its flags and every larger set; fewer flags may let it pass. */
function isAccepted(item: Spend): boolean {
  const flags = parseFlags(item.flags)
  const sets = subsetsOfConsensus.filter(set => (set & flags) === flags)
  return item.failure !== undefined && verdicts(item, item.failure, sets).includes(true)
}

vectorSuite('script/taproot_ref.json', count => {
  test('good spends verify, bad ones fail', () => {
    const wrong = readVectors<Spend[]>('script/taproot_ref.json').flatMap(item => {
      count.ran()
      const name = `${item.id} ${item.comment}`
      if (!item.success && !item.failure) return [`spends nothing: ${name}`]
      return [...(isRefused(item) ? [`refused: ${name}`] : []), ...(isAccepted(item) ? [`accepted: ${name}`] : [])]
    })
    expect(wrong).toEqual([])
  })
})
