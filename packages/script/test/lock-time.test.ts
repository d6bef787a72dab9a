import { describe, expect, test } from '@jest/globals'
import { emptyBytes, type TransactionBody } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import type { ScriptErrorName } from '../src/errors.js'
import { scriptFlag } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { observingCurve } from './support/observing-curve.js'
import { creditAndSpend, withInput } from './support/spending.js'

const { CHECKLOCKTIMEVERIFY, CHECKSEQUENCEVERIFY, DISCOURAGE_UPGRADABLE_NOPS, MINIMALDATA } = scriptFlag

interface Spending {
  readonly version?: number
  readonly lockTime?: number
  readonly sequence?: number
  readonly flags?: number
}

function run(script: string, { version = 2, lockTime = 0, sequence = 0, flags }: Spending): ScriptErrorName | 'OK' {
  const { tx, spent } = creditAndSpend(assemble(script), emptyBytes)
  const body: TransactionBody = { ...withInput(tx, 0, { sequence }), version, lockTime }
  const active = flags ?? CHECKLOCKTIMEVERIFY | CHECKSEQUENCEVERIFY
  return verifyInput(createSpendContext(body, spent), 0, active, observingCurve()) ?? 'OK'
}

const THRESHOLD = 500_000_000
type Row = readonly [what: string, operand: number | string, spending: Spending, result: ScriptErrorName | 'OK']

describe('BIP-0065', () => {
  const rows: readonly Row[] = [
    ['the lock time itself', 100, { lockTime: 100 }, 'OK'],
    ['one more', 101, { lockTime: 100 }, 'UNSATISFIED_LOCKTIME'],
    ['a height against a time', THRESHOLD - 1, { lockTime: THRESHOLD }, 'UNSATISFIED_LOCKTIME'],
    ['a time against a height', THRESHOLD, { lockTime: THRESHOLD - 1 }, 'UNSATISFIED_LOCKTIME'],
    ['a time against the same', THRESHOLD, { lockTime: THRESHOLD }, 'OK'],
    ['the greatest lock time, in five bytes', 0xffffffff, { lockTime: 0xffffffff }, 'OK'],
    ['beyond every lock time', 0x100000000, { lockTime: 0xffffffff }, 'UNSATISFIED_LOCKTIME'],
    ['an input that is final', 100, { lockTime: 100, sequence: 0xffffffff }, 'UNSATISFIED_LOCKTIME'],
    ['an input one below', 100, { lockTime: 100, sequence: 0xfffffffe }, 'OK'],
    ['a version from before BIP-0068', 100, { lockTime: 100, version: 1 }, 'OK'],
    ['negative zero', '0x01 0x80', {}, 'OK'],
    ['negative zero, MINIMALDATA', '0x01 0x80', { flags: CHECKLOCKTIMEVERIFY | MINIMALDATA }, 'SCRIPTNUM'],
    ['padded to six bytes', '0x06 0x640000000000', { lockTime: 100 }, 'SCRIPTNUM'],
    ['padded to five', '0x05 0x6400000000', { lockTime: 100 }, 'OK'],
    ['switched off', -1, { flags: 0 }, 'OK'],
    ['switched off, new operations discouraged', -1, { flags: DISCOURAGE_UPGRADABLE_NOPS }, 'OK'],
  ]
  test.each(rows)('%s %#', (_, operand, spending, result) => {
    expect(run(`${operand} CHECKLOCKTIMEVERIFY DROP 1`, spending)).toBe(result)
  })
})

describe('BIP-0112', () => {
  const SECONDS = 0x400000
  const DISABLED = 0x80000000
  const rows: readonly Row[] = [
    ['the sequence itself', 10, { sequence: 10 }, 'OK'],
    ['one more', 11, { sequence: 10 }, 'UNSATISFIED_LOCKTIME'],
    ['blocks against seconds', 10, { sequence: SECONDS | 10 }, 'UNSATISFIED_LOCKTIME'],
    ['seconds against blocks', SECONDS | 10, { sequence: 0xffff }, 'UNSATISFIED_LOCKTIME'],
    ['seconds against the same', SECONDS | 10, { sequence: SECONDS | 10 }, 'OK'],
    ['bits without a meaning, in the operand', 0x3f0000 | 10, { sequence: 10 }, 'OK'],
    ['bits without a meaning, in the sequence', 11, { sequence: 0x3f0000 | 10 }, 'UNSATISFIED_LOCKTIME'],
    ['a sequence that is disabled', 10, { sequence: DISABLED + 10 }, 'UNSATISFIED_LOCKTIME'],
    ['an operand that is disabled', DISABLED + 11, { sequence: 10, version: 1 }, 'OK'],
    ['an operand disabled by its bit, in five bytes', 0x180000000, { sequence: 0 }, 'OK'],
    ['an operand beyond 32 bits, whose low bits count', 0x10000000a, { sequence: 10 }, 'OK'],
    ['an operand beyond 32 bits, whose low bits count', 0x10000000b, { sequence: 10 }, 'UNSATISFIED_LOCKTIME'],
    ['version 1', 10, { sequence: 10, version: 1 }, 'UNSATISFIED_LOCKTIME'],
    ['a version that would be negative if it had a sign', 10, { sequence: 10, version: 0xffffffff }, 'OK'],
    ['no lock at all', 0, { sequence: 0 }, 'OK'],
    ['a negative operand', -10, { sequence: 10 }, 'NEGATIVE_LOCKTIME'],
    ['six bytes', '0x06 0x0a0000000000', { sequence: 10 }, 'SCRIPTNUM'],
    ['switched off', -1, { flags: 0 }, 'OK'],
    ['switched off, new operations discouraged', -1, { flags: DISCOURAGE_UPGRADABLE_NOPS }, 'OK'],
  ]
  test.each(rows)('%s %#', (_, operand, spending, result) => {
    expect(run(`${operand} CHECKSEQUENCEVERIFY DROP 1`, spending)).toBe(result)
  })
})
