import { encodeTransaction, nobleCurve, toHex } from '@raistone/primitives'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { createSpendContext, verifyInput } from '@raistone/script'
import type { Kind } from '../equal-tiers/cases.js'
import { inputKinds, OK } from '../equal-tiers/input-cases.js'
import type { Spending } from '../equal-tiers/spending.js'
import type { Section } from './section.js'

const curves = [nobleCurve, await loadWasmCurve()]

/** The verdict of the built-in curve, then that of the wasm one. */
function verdicts({ tx, spent, index, flags }: Spending): string {
  return curves
    .map(curve => `${curve.name} ${verifyInput(createSpendContext(tx, spent), index, flags, curve) ?? OK}`)
    .join(', ')
}

/** Spends of every kind of output, signed and then damaged in every way that `npm run prove -- rules` knows. */
export const spendSections: readonly Section[] = [
  {
    name: 'spends',
    cases: 320,
    line(draw, number) {
      const kind = inputKinds[number % inputKinds.length] as Kind<Spending>
      const { input } = kind.make(draw)
      return `${kind.name}, input ${input.index} of ${toHex(encodeTransaction(input.tx))}: ${verdicts(input)}`
    },
  },
]
