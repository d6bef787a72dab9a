import { describe, expect, test } from '@jest/globals'
import { compareBytes, concatBytes, equalBytes } from '@raistone/primitives'
import fc from 'fast-check'
import { findAndDelete } from '../src/interpreter/find-and-delete.js'
import { scriptToAsm } from '../src/script/asm.js'
import { ScriptCursor } from '../src/script/cursor.js'
import { isMinimalNumber, parseScriptNumber, scriptNumber } from '../src/script/number.js'
import { isMinimalPush, pushData } from '../src/script/push.js'
import { scriptSigops } from '../src/sigops/count.js'
import { classifyScript } from '../src/templates/classify.js'
import { script } from './properties/script-arbitraries.js'

const bytes = fc.uint8Array({ maxLength: 200 })

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
