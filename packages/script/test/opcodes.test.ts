import { describe, expect, test } from '@jest/globals'
import { toHex } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import type { ScriptErrorName } from '../src/errors.js'
import { scriptFlag } from '../src/flags.js'
import type { SignatureVersion, Stack } from '../src/interpreter/machine.js'
import { runScript } from '../src/interpreter/run.js'
import { opcode } from '../src/opcodes/opcode.js'
import { opcodeRows } from '../src/opcodes/table.js'
import { observingCurve } from './support/observing-curve.js'
import { creditAndSpend } from './support/spending.js'

/** The stack that a script leaves, in hex, or why it fails. */
function leaves(text: string, flags = 0, version: SignatureVersion = 'base'): readonly string[] | ScriptErrorName {
  const script = assemble(text)
  const stack: Stack = []
  const check = { spend: creditAndSpend(script, script), index: 0, flags, curve: observingCurve() }
  return runScript(check, version, script, stack) ?? stack.map(toHex)
}

/** What is on the stack, the operation, what is on it then. */
type Row = readonly [before: string, operation: string, after: string]

const stackRows: readonly Row[] = [
  ['1 2', 'TOALTSTACK', '1'],
  ['1 2', 'TOALTSTACK FROMALTSTACK', '1 2'],
  ['1 2 3', 'TOALTSTACK TOALTSTACK FROMALTSTACK', '1 2'],
  ['1 2 3', '2DROP', '1'],
  ['1 2 3', '2DUP', '1 2 3 2 3'],
  ['1 2 3 4', '3DUP', '1 2 3 4 2 3 4'],
  ['1 2 3 4 5', '2OVER', '1 2 3 4 5 2 3'],
  ['1 2 3 4 5 6 7', '2ROT', '1 4 5 6 7 2 3'],
  ['1 2 3 4 5', '2SWAP', '1 4 5 2 3'],
  ['1 2', 'IFDUP', '1 2 2'],
  ['1 0', 'IFDUP', '1 0'],
  ['1 0x01 0x80', 'IFDUP', '1 0x01 0x80'],
  ['', 'DEPTH', '0'],
  ['7 7 7', 'DEPTH', '7 7 7 3'],
  ['1 2', 'DROP', '1'],
  ['1 2', 'DUP', '1 2 2'],
  ['1 2 3', 'NIP', '1 3'],
  ['1 2 3', 'OVER', '1 2 3 2'],
  ['1 2 3 0', 'PICK', '1 2 3 3'],
  ['1 2 3 2', 'PICK', '1 2 3 1'],
  ['1 2 3 0', 'ROLL', '1 2 3'],
  ['1 2 3 2', 'ROLL', '2 3 1'],
  ['1 2 3 4', 'ROT', '1 3 4 2'],
  ['1 2 3', 'SWAP', '1 3 2'],
  ['1 2 3', 'TUCK', '1 3 2 3'],
  ['1 0', 'SIZE', '1 0 0'],
  ["'abc'", 'SIZE', "'abc' 3"],
  ['1 2 2', 'EQUAL', '1 1'],
  ['1 2 0x02 0x0200', 'EQUAL', '1 0'],
  ['1 2 2', 'EQUALVERIFY', '1'],
]

const arithmeticRows: readonly Row[] = [
  ['-1', '1ADD', '0'],
  ['2147483647', '1ADD', '2147483648'],
  ['0', '1SUB', '-1'],
  ['-2147483647', '1SUB', '-2147483648'],
  ['7', 'NEGATE', '-7'],
  ['0', 'NEGATE', '0'],
  ['-7', 'ABS', '7'],
  ['7', 'ABS', '7'],
  ['0', 'NOT', '1'],
  ['1', 'NOT', '0'],
  ['2', 'NOT', '0'],
  ['0', '0NOTEQUAL', '0'],
  ['-5', '0NOTEQUAL', '1'],
  ['7 -3', 'ADD', '4'],
  ['2147483647 2147483647', 'ADD', '4294967294'],
  ['7 -3', 'SUB', '10'],
  ['3 7', 'SUB', '-4'],
  ['2 3', 'BOOLAND', '1'],
  ['2 0', 'BOOLAND', '0'],
  ['0 3', 'BOOLAND', '0'],
  ['2 0', 'BOOLOR', '1'],
  ['0 3', 'BOOLOR', '1'],
  ['0 0', 'BOOLOR', '0'],
  ['2 0x02 0x0200', 'NUMEQUAL', '1'],
  ['2 3', 'NUMEQUAL', '0'],
  ['1 2 0x02 0x0200', 'NUMEQUALVERIFY', '1'],
  ['2 3', 'NUMNOTEQUAL', '1'],
  ['2 2', 'NUMNOTEQUAL', '0'],
  ['-2 -1', 'LESSTHAN', '1'],
  ['2 2', 'LESSTHAN', '0'],
  ['3 2', 'GREATERTHAN', '1'],
  ['2 2', 'GREATERTHAN', '0'],
  ['2 2', 'LESSTHANOREQUAL', '1'],
  ['3 2', 'LESSTHANOREQUAL', '0'],
  ['2 2', 'GREATERTHANOREQUAL', '1'],
  ['2 3', 'GREATERTHANOREQUAL', '0'],
  ['-2 3', 'MIN', '-2'],
  ['3 -2', 'MIN', '-2'],
  ['-2 3', 'MAX', '3'],
  ['3 -2', 'MAX', '3'],
  ['2 2 4', 'WITHIN', '1'],
  ['3 2 4', 'WITHIN', '1'],
  ['4 2 4', 'WITHIN', '0'],
  ['1 2 4', 'WITHIN', '0'],
]

const hashRows: readonly Row[] = [
  ['0', 'RIPEMD160', '0x14 0x9c1185a5c5e9fc54612808977ee8f548b2258d31'],
  ['0', 'SHA1', '0x14 0xda39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['0', 'SHA256', '0x20 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['0', 'HASH160', '0x14 0xb472a266d0bd89c13706a4132ccfb16f7c3b9fcb'],
  ['0', 'HASH256', '0x20 0x5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456'],
]

const rows = [...stackRows, ...arithmeticRows, ...hashRows]

describe('what an operation leaves', () => {
  test.each(rows)('%s | %s | %s', (before, operation, after) => {
    expect(leaves(`${before} ${operation}`)).toEqual(leaves(after))
  })

  test('every operation on items and numbers has a row', () => {
    const shown = new Set(rows.flatMap(([, operation]) => operation.split(' ')))
    const meant = opcodeRows.filter(({ byte }) => byte >= opcode.OP_TOALTSTACK && byte <= opcode.OP_HASH256)
    expect(meant.map(({ name }) => name.slice(3)).filter(name => !shown.has(name))).toEqual([])
    expect(meant.length).toBeGreaterThan(40)
  })

  test('constants leave the numbers they are named for', () => {
    for (let n = -1; n <= 16; n++)
      expect(leaves(`${n}`)).toEqual([n === 0 ? '' : n < 0 ? '81' : toHex(Uint8Array.of(n))])
  })
})

describe('an operation fails', () => {
  const operandsOf = (count: number, names: string) => names.split(' ').map(name => [name, count] as const)
  /** How many items each takes; OP_DEPTH and OP_FROMALTSTACK take none. */
  const operands = new Map<string, number>([
    ...operandsOf(1, '1ADD 1SUB NEGATE ABS NOT 0NOTEQUAL'),
    ...operandsOf(1, 'DUP DROP IFDUP SIZE TOALTSTACK RIPEMD160 SHA1 SHA256 HASH160 HASH256'),
    ...operandsOf(2, 'ADD SUB BOOLAND BOOLOR NUMEQUAL NUMEQUALVERIFY NUMNOTEQUAL'),
    ...operandsOf(2, 'LESSTHAN GREATERTHAN LESSTHANOREQUAL GREATERTHANOREQUAL MIN MAX'),
    ...operandsOf(2, 'PICK ROLL SWAP OVER NIP TUCK 2DROP 2DUP EQUAL EQUALVERIFY'),
    ...operandsOf(3, 'WITHIN ROT 3DUP'),
    ...operandsOf(4, '2OVER 2SWAP'),
    ...operandsOf(6, '2ROT'),
  ])
  const numeric = arithmeticRows.map(([, operation]) => operation)

  test.each([...operands])('%s, with less than %i items', (name, count) => {
    expect(leaves(`${'0 '.repeat(count)} ${name}`)).not.toBe('INVALID_STACK_OPERATION')
    expect(leaves(`${'0 '.repeat(count - 1)} ${name}`)).toBe('INVALID_STACK_OPERATION')
  })

  test.each([...new Set(numeric)])('%s, with an operand of five bytes, or padded under MINIMALDATA', name => {
    const count = operands.get(name) as number
    for (let at = 0; at < count; at++) {
      const given = (odd: string) => Array.from({ length: count }, (_, i) => (i === at ? odd : '0')).join(' ')
      expect(leaves(`${given('0x05 0x0100000080')} ${name}`)).toBe('SCRIPTNUM')
      expect(leaves(`${given('0x01 0x00')} ${name}`)).not.toBe('SCRIPTNUM')
      expect(leaves(`${given('0x01 0x00')} ${name}`, scriptFlag.MINIMALDATA)).toBe('SCRIPTNUM')
    }
  })

  test('where it verifies what does not hold', () => {
    expect(leaves('1 2 EQUALVERIFY')).toBe('EQUALVERIFY')
    expect(leaves('1 2 NUMEQUALVERIFY')).toBe('NUMEQUALVERIFY')
    expect(leaves('0 VERIFY')).toBe('VERIFY')
    expect(leaves('1 VERIFY')).toEqual([])
    expect(leaves('FROMALTSTACK')).toBe('INVALID_ALTSTACK_OPERATION')
    expect(leaves('1 2 3 3 PICK')).toBe('INVALID_STACK_OPERATION')
    expect(leaves('1 2 3 -1 ROLL')).toBe('INVALID_STACK_OPERATION')
  })
})

test('MINIMALIF is asked of version 0 only, and of tapscripts always', () => {
  const { MINIMALIF } = scriptFlag
  expect(leaves('2 IF ENDIF', MINIMALIF)).toEqual([])
  expect(leaves('2 IF ENDIF', MINIMALIF, 'witness-v0')).toBe('MINIMALIF')
  expect(leaves('0x01 0x00 NOTIF ENDIF', MINIMALIF, 'witness-v0')).toBe('MINIMALIF')
  expect(leaves('1 IF 0 NOTIF ENDIF ENDIF', MINIMALIF, 'witness-v0')).toEqual([])
  expect(leaves('2 IF ENDIF', 0, 'witness-v0')).toEqual([])
  expect(leaves('2 IF ENDIF', 0, 'tapscript')).toBe('TAPSCRIPT_MINIMALIF')
})
