import { describe, expect, test } from '@jest/globals'
import { createBlock, createTransaction } from '@raistone/primitives'
import { createSpendContext, type ScriptFlags, verifyInput } from '@raistone/script'
import { canRead } from '@raistone/testkit'
import { scriptFlagsAt } from '../src/rules/script-flags.js'
import { type Damaged, damages, type Spend } from './support/input-damage.js'
import { type InputKind, kindOfInput } from './support/input-kinds.js'
import { fastCurve } from './support/local-chain.js'
import { blockFacts, judgeWithoutCoins, type RealBlock, readRealBlock, scriptJobs } from './support/real-blocks.js'

/** Damaged blocks of one kind of damage that are judged whole: each takes as long as the block itself. */
const WHOLE_BLOCKS = 4

interface Chosen extends Spend {
  readonly kind: InputKind
  /** Of the transaction in the block. */
  readonly position: number
}

/** Of every kind of input in the block the first and the last. */
function chosenInputs(real: RealBlock, flags: ScriptFlags): Chosen[] {
  const positions = new Map(real.block.transactions.map((tx, position) => [tx.txid, position]))
  const first = new Map<InputKind, Chosen>()
  const last = new Map<InputKind, Chosen>()
  for (const { tx, spent } of scriptJobs(real))
    tx.inputs.forEach((input, index) => {
      const kind = kindOfInput(input, spent[index] as (typeof spent)[number], flags)
      const chosen = { tx, spent, index, kind, position: positions.get(tx.txid) as number }
      if (!first.has(kind)) first.set(kind, chosen)
      else last.set(kind, chosen)
    })
  return [...first.values(), ...last.values()]
}

/** What is found wrong with the damaged transaction in place of the true one. */
function ruleBroken(real: RealBlock, position: number, { tx }: Damaged): string | undefined {
  const { header, transactions } = real.block
  const changed = createTransaction(tx)
  return judgeWithoutCoins(
    real,
    createBlock(
      header,
      transactions.map((old, i) => (i === position ? changed : old)),
    ),
  )?.rule
}

const suite = canRead('vectors') ? describe : describe.skip
const withSpent = blockFacts().filter(({ spent_file }) => spent_file)

suite('damage to blocks whose spent outputs are known', () => {
  if (withSpent.length === 0) test.skip('there are none', () => undefined)

  for (const facts of withSpent) {
    const real = readRealBlock(facts)
    const flags = scriptFlagsAt(facts.height, real.block.hash, real.params)
    const errorOf = ({ tx, spent, index }: Spend): string | undefined =>
      verifyInput(createSpendContext(tx, spent), index, flags, fastCurve)
    const inputs = chosenInputs(real, flags)

    test.each(damages.map(damage => [damage.name, damage] as const))(`${facts.file}: %s`, (name, { apply }) => {
      const tried = inputs.flatMap(chosen => {
        const damaged = apply(chosen, chosen.kind)
        return damaged ? [{ chosen, damaged }] : []
      })
      if (name === 'signature') expect(tried.length).toBeGreaterThan(0)
      for (const { chosen, damaged } of tried) {
        const { kind, position, index } = chosen
        expect({ kind, position, index, error: errorOf(chosen) }).toEqual({ kind, position, index, error: undefined })
        expect({ kind, position, index, error: errorOf(damaged) }).toEqual({
          kind,
          position,
          index,
          error: damaged.error,
        })
      }
      const inBlocks = tried.filter(({ damaged }) => damaged.rule).slice(0, WHOLE_BLOCKS)
      for (const { chosen, damaged } of inBlocks) expect(ruleBroken(real, chosen.position, damaged)).toBe(damaged.rule)
    })
  }
})
