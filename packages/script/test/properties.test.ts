import { describe, expect, test } from '@jest/globals'
import { type Curve, compareBytes, concatBytes, equalBytes } from '@raistone/primitives'
import { allFlags, withoutOrphans } from '@raistone/testkit'
import fc from 'fast-check'
import { scriptErrorMessage } from '../src/errors.js'
import { findAndDelete } from '../src/interpreter/find-and-delete.js'
import type { InputCheck, Stack, TapscriptRun } from '../src/interpreter/machine.js'
import { runScript } from '../src/interpreter/run.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { opcode } from '../src/opcodes/opcode.js'
import { scriptToAsm } from '../src/script/asm.js'
import { ScriptCursor } from '../src/script/cursor.js'
import { isMinimalNumber, parseScriptNumber, scriptNumber } from '../src/script/number.js'
import { isMinimalPush, pushData, pushNumber } from '../src/script/push.js'
import { scriptSigops } from '../src/sigops/count.js'
import { classifyScript } from '../src/templates/classify.js'
import { p2shScript, p2trScript, p2wshScript } from '../src/templates/scripts.js'
import { creditAndSpend } from './support/spending.js'

/** Answers depend on the signature's first byte, so that both outcomes occur; any curve would do here. */
const coinCurve: Curve = {
  name: 'noble',
  verifyEcdsa: signature => (signature[31] as number) % 2 === 0,
  verifySchnorr: signature => (signature[0] as number) % 2 === 0,
  checkTapTweak: () => true,
}

const bytes = fc.uint8Array({ maxLength: 200 })

/** Scripts that get somewhere: known opcodes and small pushes more often than noise. */
const script = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...Object.values(opcode)).map(byte => Uint8Array.of(byte)) },
      { weight: 4, arbitrary: fc.integer({ min: -2, max: 20 }).map(pushNumber) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map(pushData) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
    ),
    { maxLength: 60 },
  )
  .map(parts => concatBytes(...parts))

const flags = fc.integer({ min: 0, max: allFlags }).map(withoutOrphans)
const items = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 })

describe('the interpreter', () => {
  test('ends with a verdict whatever the scripts, the witness and the flags', () => {
    const outputs = fc.oneof(
      script,
      bytes,
      fc.uint8Array({ minLength: 20, maxLength: 20 }).map(p2shScript),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map(p2wshScript),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map(p2trScript),
    )
    fc.assert(
      fc.property(outputs, script, fc.oneof(items, fc.constant([])), flags, (output, input, witness, set) => {
        const error = verifyInput(creditAndSpend(output, input, witness), 0, set, coinCurve)
        if (error !== undefined) expect(typeof scriptErrorMessage(error)).toBe('string')
      }),
      { numRuns: 1500 },
    )
  })

  test('keeps its stacks within bounds, leaves its items alone, and answers twice the same', () => {
    const versions = fc.constantFrom('base', 'witness-v0', 'tapscript')
    fc.assert(
      fc.property(script, items, flags, versions, (code, given, set, version) => {
        const spend = creditAndSpend(code, new Uint8Array(0))
        const check: InputCheck = { spend, index: 0, flags: set, curve: coinCurve }
        const tapscript = (): TapscriptRun | undefined =>
          version === 'tapscript' ? { leafHash: new Uint8Array(32), annex: undefined, weightLeft: 500 } : undefined
        const before = given.map(item => item.slice())
        const stack: Stack = given.slice()
        const error = runScript(check, version, code, stack, tapscript())
        expect(stack.length).toBeLessThanOrEqual(1003)
        expect(given.every((item, i) => equalBytes(item, before[i] as Uint8Array))).toBe(true)
        const again: Stack = given.slice()
        expect(runScript(check, version, code, again, tapscript())).toBe(error)
        expect(again).toEqual(stack)
      }),
      { numRuns: 1500 },
    )
  })

  test('tapscripts through a whole spend end with a verdict', () => {
    fc.assert(
      fc.property(script, items, flags, (leaf, given, set) => {
        const control = new Uint8Array(33).fill(0xc0)
        const spend = creditAndSpend(p2trScript(new Uint8Array(32)), new Uint8Array(0), [...given, leaf, control])
        expect(() => verifyInput(spend, 0, set, coinCurve)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})

describe('script text and form', () => {
  test('reading, counting and classifying never throw', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, script), code => {
        expect(typeof scriptToAsm(code, true)).toBe('string')
        expect(scriptSigops(code, true)).toBeLessThanOrEqual(scriptSigops(code, false))
        expect(classifyScript(code).type).toMatch(/^[a-z_0-9]+$/)
      }),
    )
  })

  test('a cursor goes over every byte once', () => {
    fc.assert(
      fc.property(bytes, code => {
        const at = new ScriptCursor(code)
        let end = 0
        while (at.advance()) {
          expect(at.start).toBe(end)
          end = at.next
        }
        expect(at.broken).toBe(end < code.length)
      }),
    )
  })

  test('a push gives its bytes back, and a minimal one is recognised', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), data => {
        const at = new ScriptCursor(pushData(data))
        expect(at.advance()).toBe(true)
        expect(compareBytes(at.data, data)).toBe(0)
        const hasOpcode = data.length === 1 && ((data[0] as number) <= 16 ? data[0] !== 0 : data[0] === 0x81)
        expect(isMinimalPush(at)).toBe(!hasOpcode)
        expect(at.advance()).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('numbers come back, and any other encoding of them is not minimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), n => {
        expect(parseScriptNumber(scriptNumber(n), true)).toBe(n)
        expect(parseScriptNumber(scriptNumber(BigInt(n)), true)).toBe(n)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), data => {
        const n = parseScriptNumber(data, false) as number
        expect(isMinimalNumber(data)).toBe(equalBytes(scriptNumber(n), data))
      }),
    )
  })

  test('nothing is left to cut after a cut, unless the cut made it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'n'), { maxLength: 20 }), kinds => {
        const parts = { a: pushData(Uint8Array.of(1, 2)), b: pushData(Uint8Array.of(3)), n: Uint8Array.of(0x61) }
        const code = concatBytes(...kinds.map(kind => parts[kind as 'a' | 'b' | 'n']))
        const kept = concatBytes(...kinds.filter(kind => kind !== 'a').map(kind => parts[kind as 'b' | 'n']))
        expect(findAndDelete(code, Uint8Array.of(1, 2))).toEqual(kinds.includes('a') ? kept : undefined)
      }),
    )
  })
})
