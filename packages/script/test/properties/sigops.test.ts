import { describe, expect, test } from '@jest/globals'
import { concatBytes, emptyBytes, type TransactionBody, type Txid, type TxOut } from '@raistone/primitives'
import fc from 'fast-check'
import { CONSENSUS_FLAGS, scriptFlag } from '../../src/flags.js'
import { opcode } from '../../src/opcodes/opcode.js'
import { ScriptCursor } from '../../src/script/cursor.js'
import { legacySigops, p2shSigops, scriptSigops, sigopCost } from '../../src/sigops/count.js'
import { type InputScripts, inputScripts } from './input-arbitraries.js'
import { script } from './script-arbitraries.js'

const isWhole = (code: Uint8Array): boolean => {
  const at = new ScriptCursor(code)
  while (at.advance());
  return !at.broken
}

const paying = (inputs: readonly InputScripts[], outputs: readonly Uint8Array[]): TransactionBody => ({
  version: 2,
  inputs: inputs.map(({ scriptSig, witness }, vout) => ({
    prevout: { txid: '11'.repeat(32) as Txid, vout },
    scriptSig,
    sequence: 0,
    witness,
  })),
  outputs: outputs.map(code => ({ value: 0n, script: code })),
  lockTime: 0,
})
const spentBy = (inputs: readonly InputScripts[]): TxOut[] =>
  inputs.map(({ output }) => ({ value: 1n, script: output }))
const flagSets = fc.constantFrom(0, scriptFlag.P2SH, scriptFlag.P2SH | scriptFlag.WITNESS, CONSENSUS_FLAGS)

describe('signature operations', () => {
  test('of scripts one after the other add up, but for what stands after where one breaks off', () => {
    const nop = Uint8Array.of(opcode.OP_NOP)
    const breaking = Uint8Array.of(opcode.OP_PUSHDATA4, 0xff, 0xff, 0xff, 0xff)
    fc.assert(
      fc.property(script.filter(isWhole), fc.oneof(script, fc.uint8Array({ maxLength: 60 })), (first, second) => {
        const sum = (accurate: boolean) => scriptSigops(first, accurate) + scriptSigops(second, accurate)
        expect(scriptSigops(concatBytes(first, second), false)).toBe(sum(false))
        // What stands before a multisig may be its number of keys, so something else is put between.
        expect(scriptSigops(concatBytes(first, nop, second), true)).toBe(sum(true))
        expect(scriptSigops(concatBytes(first, breaking, second), false)).toBe(scriptSigops(first, false))
      }),
    )
  })

  test('are between none and twenty a byte', () => {
    fc.assert(
      fc.property(fc.oneof(script, fc.uint8Array({ maxLength: 200 })), code => {
        const accurate = scriptSigops(code, true)
        const rough = scriptSigops(code, false)
        expect(accurate).toBeGreaterThanOrEqual(0)
        expect(accurate).toBeLessThanOrEqual(rough)
        expect(rough).toBeLessThanOrEqual(20 * code.length)
      }),
    )
  })

  test('of a transaction are those of its inputs and outputs, each by itself', () => {
    fc.assert(
      fc.property(
        fc.array(inputScripts, { maxLength: 4 }),
        fc.array(script, { maxLength: 3 }),
        flagSets,
        (inputs, outputs, flags) => {
          const whole = paying(inputs, outputs)
          const cost = sigopCost(whole, spentBy(inputs), flags)
          const each = inputs.map(input => sigopCost(paying([input], []), spentBy([input]), flags))
          const outside = legacySigops(paying([], outputs)) * 4
          expect(cost).toBe(each.reduce((sum, one) => sum + one, outside))
          expect(Math.min(cost, ...each)).toBeGreaterThanOrEqual(0)
          expect(sigopCost(whole, spentBy(inputs), 0)).toBe(legacySigops(whole) * 4)
          expect(cost).toBeGreaterThanOrEqual(legacySigops(whole) * 4)
          if (flags === scriptFlag.P2SH)
            expect(cost).toBe(4 * (legacySigops(whole) + p2shSigops(whole, spentBy(inputs))))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('of a coinbase are its own scripts’, whatever its witness', () => {
    fc.assert(
      fc.property(script, script, flagSets, (scriptSig, output, flags) => {
        const { inputs, ...rest } = paying([{ output: emptyBytes, scriptSig, witness: [output] }], [output])
        const null0 = { txid: '00'.repeat(32) as Txid, vout: 0xffffffff }
        const coinbase = { ...rest, inputs: inputs.map(input => ({ ...input, prevout: null0 })) }
        expect(sigopCost(coinbase, [], flags)).toBe(4 * (scriptSigops(scriptSig, false) + scriptSigops(output, false)))
      }),
    )
  })
})
