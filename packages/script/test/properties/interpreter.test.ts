import { describe, expect, test } from '@jest/globals'
import { type Curve, emptyBytes, equalBytes, type TransactionBody } from '@raistone/primitives'
import { allFlags, withoutOrphans } from '@raistone/testkit'
import fc from 'fast-check'
import { scriptErrorMessage } from '../../src/errors.js'
import type { SignatureVersion, Stack, TapscriptRun } from '../../src/interpreter/machine.js'
import { runScript } from '../../src/interpreter/run.js'
import { verifyInput } from '../../src/interpreter/verify.js'
import { createSpendContext, type SpendContext } from '../../src/sighash/spend-context.js'
import { creditAndSpend, withInput } from '../support/spending.js'
import { type InputScripts, inputScripts, items } from './input-arbitraries.js'
import { checkOften, script } from './script-arbitraries.js'

/** Answers depend on the question, so that both occur, and are the same each time; every question is counted. */
class CountingCurve implements Curve {
  readonly name = 'noble'
  asked = 0

  verifyEcdsa(_signature: Uint8Array, digest: Uint8Array): boolean {
    return this.answer(digest)
  }

  verifySchnorr(_signature: Uint8Array, message: Uint8Array): boolean {
    return this.answer(message)
  }

  checkTapTweak(): boolean {
    return true
  }

  private answer(digest: Uint8Array): boolean {
    this.asked++
    return (digest[0] as number) % 4 > 0
  }
}

const flagSet = fc.oneof(fc.constant(allFlags), fc.constant(0), fc.nat({ max: allFlags })).map(withoutOrphans)
const lockTime = fc.constantFrom(0, 20, 499_999_999, 500_000_000, 0xffffffff)

interface Case {
  readonly input: InputScripts
  readonly version: number
  readonly lockTime: number
  readonly sequence: number
}

const cases: fc.Arbitrary<Case> = fc.record({
  input: inputScripts,
  version: fc.constantFrom(0, 1, 2, 0xffffffff),
  lockTime,
  sequence: fc.constantFrom(0, 20, 0x400014, 0x80000000, 0xfffffffe, 0xffffffff),
})

function spending({ input, version, lockTime, sequence }: Case): SpendContext {
  const { tx, spent } = creditAndSpend(input.output, input.scriptSig, input.witness)
  const body: TransactionBody = { ...withInput(tx, 0, { sequence }), version, lockTime }
  return createSpendContext(body, spent)
}

const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((bytes, i) => equalBytes(bytes, b[i] as Uint8Array))

const judge = (spend: SpendContext, flags: number) => verifyInput(spend, 0, flags, new CountingCurve())

describe('an input of any kind', () => {
  test('ends with a verdict, twice the same, and is left as it was, even under flags that make no sense together', () => {
    fc.assert(
      fc.property(cases, fc.oneof(flagSet, fc.nat({ max: allFlags })), (item, flags) => {
        const parts = [item.input.output, item.input.scriptSig, ...item.input.witness]
        const before = parts.map(part => part.slice())
        const spend = spending(item)
        const error = judge(spend, flags)
        if (error !== undefined) expect(typeof scriptErrorMessage(error)).toBe('string')
        expect(judge(spend, flags)).toBe(error)
        expect(judge(spending(item), flags)).toBe(error)
        expect(same(parts, before)).toBe(true)
      }),
      { numRuns: 600 },
    )
  })

  test('that passes under some flags passes under fewer: every rule is a soft fork', () => {
    fc.assert(
      fc.property(cases, flagSet, flagSet, (item, flags, other) => {
        const spend = spending(item)
        if (judge(spend, flags) === undefined) expect(judge(spend, withoutOrphans(flags & other))).toBeUndefined()
      }),
      { numRuns: 600 },
    )
  })

  test('is a case that gets somewhere: nearly every error occurs, and success is common', () => {
    const results = new Map<string, number>()
    for (const [item, flags] of fc.sample(fc.tuple(cases, flagSet), { numRuns: 2500, seed: 1 })) {
      const result = judge(spending(item), flags) ?? 'OK'
      results.set(result, (results.get(result) ?? 0) + 1)
    }
    expect(results.get('OK')).toBeGreaterThan(250)
    expect(results.size).toBeGreaterThan(40)
  })
})

/** A stack that knows how high it was and how long its longest item, beyond what it began with. */
class WatchedStack extends Array<Uint8Array> {
  highest = 0
  longest = 0

  override push(...added: Uint8Array[]): number {
    const length = super.push(...added)
    this.note(added)
    return length
  }

  override splice(start: number, count = 0, ...added: Uint8Array[]): Uint8Array[] {
    const removed = super.splice(start, count, ...added)
    this.note(added)
    return removed
  }

  private note(added: readonly Uint8Array[]): void {
    this.highest = Math.max(this.highest, this.length)
    for (const { length } of added) this.longest = Math.max(this.longest, length)
  }
}

describe('a script', () => {
  const BUDGET = 1000
  const versions = fc.constantFrom<SignatureVersion>('base', 'witness-v0', 'tapscript')
  const fitting = items.map(given => given.filter(({ length }) => length <= 520))
  const watched = (given: readonly Uint8Array[]): WatchedStack => {
    const stack = new WatchedStack()
    for (const item of given) Array.prototype.push.call(stack, item)
    return stack
  }
  const tapscript = (version: SignatureVersion): TapscriptRun | undefined =>
    version === 'tapscript' ? { leafHash: new Uint8Array(32), annex: undefined, weightLeft: BUDGET } : undefined

  test('never goes beyond the limits of stack, items, operations and signatures', () => {
    fc.assert(
      fc.property(fc.oneof(script, checkOften), fitting, flagSet, versions, (code, given, flags, version) => {
        const curve = new CountingCurve()
        const check = { spend: creditAndSpend(code, emptyBytes), index: 0, flags, curve }
        const stack = watched(given)
        const error = runScript(check, version, code, stack, tapscript(version))
        // An operation pushes at most three items before the stack is measured, which may be given more than it may have.
        expect(stack.highest).toBeLessThanOrEqual(Math.max(1000, given.length) + 3)
        if (error === undefined && code.length > 0) expect(stack.length).toBeLessThanOrEqual(1000)
        expect(stack.longest).toBeLessThanOrEqual(520)
        expect(curve.asked).toBeLessThanOrEqual(version === 'tapscript' ? BUDGET / 50 : 201)
        const again: Stack = given.slice()
        expect(runScript(check, version, code, again, tapscript(version))).toBe(error)
        expect(same(again, stack)).toBe(true)
      }),
      { numRuns: 600 },
    )
  })
})
