import { describe, expect, test } from '@jest/globals'
import { concatBytes, emptyBytes, fromHex, sha256 } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import type { ScriptErrorName } from '../src/errors.js'
import { STANDARD_FLAGS, scriptFlag } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { pushData } from '../src/script/push.js'
import { p2trScript, p2wshScript } from '../src/templates/scripts.js'
import { observingCurve } from './support/observing-curve.js'
import { creditAndSpend } from './support/spending.js'

const { CONST_SCRIPTCODE, DERSIG, LOW_S, MINIMALDATA, NULLDUMMY, NULLFAIL, P2SH, STRICTENC, TAPROOT, WITNESS } =
  scriptFlag
const SEGWIT = P2SH | WITNESS | TAPROOT

/** Scripts that break two rules: `[what, scriptSig, scriptPubKey, flags, the rule that Core names]`. */
type Row = readonly [
  what: string,
  scriptSig: string,
  scriptPubKey: string,
  flags: number,
  error: ScriptErrorName | 'OK',
]

const run = (scriptSig: string, scriptPubKey: string, flags: number, holds = true) =>
  verifyInput(creditAndSpend(assemble(scriptPubKey), assemble(scriptSig)), 0, flags, observingCurve(holds)) ?? 'OK'

const key = `0x21 0x02${'11'.repeat(32)}`
const hybrid = `0x41 0x06${'11'.repeat(64)}`
/** 0x30 alone is no DER; the others are, with hash types 1 and 4, and with s above half the order. */
const noDer = '0x01 0x30'
const der = '0x09 0x300602010102010101'
const oddType = '0x09 0x300602010102010104'
const highS = `0x28 0x302502010102207f${'ff'.repeat(31)}04`

describe('each operation', () => {
  const many = (word: string, count: number): string => `${word} `.repeat(count)
  const rows: readonly Row[] = [
    ['one operation too many, and disabled', '1', `${many('NOP', 201)} CAT`, 0, 'OP_COUNT'],
    ['the last operation allowed, disabled', '1', `${many('NOP', 200)} CAT`, 0, 'DISABLED_OPCODE'],
    ['OP_RESERVED is no operation that counts', '', `0 IF ${many('RESERVED', 300)} ENDIF 1`, 0, 'OK'],
    ['constants are no operations that count', '', `0 IF ${many('16', 300)} ENDIF 1`, 0, 'OK'],
    ['a push with the longest prefix is a push', '', '0x4e0100000001', 0, 'OK'],
    ['201 operations, not run, are not too many', '', `0 IF ${many('NOP', 199)} ENDIF 1`, 0, 'OK'],
    ['202 operations are, run or not', '', `0 IF ${many('NOP', 200)} ENDIF 1`, 0, 'OP_COUNT'],
    ['OP_CODESEPARATOR not run, without CONST_SCRIPTCODE', '', '0 IF CODESEPARATOR ENDIF 1', 0, 'OK'],
    [
      'OP_CODESEPARATOR not run, with CONST_SCRIPTCODE',
      '',
      '0 IF CODESEPARATOR ENDIF 1',
      CONST_SCRIPTCODE,
      'OP_CODESEPARATOR',
    ],
    ['a long push not run need not be minimal', '', '0 IF 0x4c01ff ENDIF 1', MINIMALDATA, 'OK'],
    ['a long push that runs must', '', '0x4c01ff', MINIMALDATA, 'MINIMALDATA'],
    ['a script that breaks off runs until there', '', 'RETURN 0x05', 0, 'OP_RETURN'],
    ['a script that breaks off inside a branch', '', '0 IF 0x05', 0, 'BAD_OPCODE'],
    ['a length that breaks off', '', '1 0x4d00', 0, 'BAD_OPCODE'],
    ['numbers must be there before they must be numbers', '0x05 0x0102030405', 'WITHIN', 0, 'INVALID_STACK_OPERATION'],
    ['the depth is popped before it is compared', '0 1', 'PICK', 0, 'INVALID_STACK_OPERATION'],
  ]
  test.each(rows)('%s %#', (_, scriptSig, scriptPubKey, flags, error) => {
    expect(run(scriptSig, scriptPubKey, flags)).toBe(error)
  })

  test('a push beyond 520 bytes is refused where it stands, whatever comes after', () => {
    const script = concatBytes(assemble('NOP '.repeat(201)), pushData(new Uint8Array(521)), assemble('NOP'))
    expect(verifyInput(creditAndSpend(script, assemble('1')), 0, 0, observingCurve())).toBe('PUSH_SIZE')
  })
})

describe('OP_CHECKSIG', () => {
  const rows: readonly Row[] = [
    ['encoding of a signature that is also in the script', noDer, `${noDer} DROP ${key} CHECKSIG`, DERSIG, 'SIG_DER'],
    [
      'a signature that is also in the script, before its encoding',
      noDer,
      `${noDer} DROP ${key} CHECKSIG`,
      DERSIG | CONST_SCRIPTCODE,
      'SIG_FINDANDDELETE',
    ],
    ['encoding, before everything about its content', noDer, `${hybrid} CHECKSIG`, STRICTENC | LOW_S, 'SIG_DER'],
    ['s, before the hash type', highS, `${hybrid} CHECKSIG`, STRICTENC | LOW_S, 'SIG_HIGH_S'],
    ['hash type, before the key', oddType, `${hybrid} CHECKSIG`, STRICTENC | LOW_S, 'SIG_HASHTYPE'],
    ['key, before NULLFAIL', der, `${hybrid} CHECKSIG`, STRICTENC | NULLFAIL, 'PUBKEYTYPE'],
    ['the key is looked at though the signature is empty', '0', `${hybrid} CHECKSIG NOT`, STRICTENC, 'PUBKEYTYPE'],
    ['NULLFAIL, before OP_CHECKSIGVERIFY fails', der, `${key} CHECKSIGVERIFY`, NULLFAIL, 'NULLFAIL'],
    ['an empty signature fails by itself', '0', `${key} CHECKSIGVERIFY`, NULLFAIL, 'CHECKSIGVERIFY'],
  ]
  test.each(rows)('%s %#', (_, scriptSig, scriptPubKey, flags, error) => {
    expect(run(scriptSig, scriptPubKey, flags, false)).toBe(error)
  })
})

describe('OP_CHECKMULTISIG', () => {
  const rows: readonly Row[] = [
    ['too many keys, before too many operations', '', `${'NOP '.repeat(190)} 21 CHECKMULTISIG`, 0, 'PUBKEY_COUNT'],
    ['too many operations, before missing keys', '', `${'NOP '.repeat(190)} 20 CHECKMULTISIG`, 0, 'OP_COUNT'],
    ['missing keys', '', '2 CHECKMULTISIG', 0, 'INVALID_STACK_OPERATION'],
    ['a missing number of signatures', '', `${key} 1 CHECKMULTISIG`, 0, 'INVALID_STACK_OPERATION'],
    [
      'keys up to the limit of operations',
      '',
      `0 0 ${'0 '.repeat(20)} 20 ${'NOP '.repeat(180)} CHECKMULTISIG`,
      0,
      'OK',
    ],
    ['one more', '', `0 0 ${'0 '.repeat(20)} 20 ${'NOP '.repeat(181)} CHECKMULTISIG`, 0, 'OP_COUNT'],
    [
      'the extra item is no signature to be cut out',
      noDer,
      `${noDer} DROP 0 ${key} 1 CHECKMULTISIG`,
      CONST_SCRIPTCODE,
      'OK',
    ],
    ['more signatures than keys, before they are missing', '', `2 ${key} 1 CHECKMULTISIG`, 0, 'SIG_COUNT'],
    [
      'the extra item, before the encoding of signatures',
      noDer,
      `1 ${key} 1 CHECKMULTISIG`,
      DERSIG,
      'INVALID_STACK_OPERATION',
    ],
    [
      'every signature is cut out before the first is looked at',
      `0 ${noDer} ${der}`,
      `${noDer} DROP 2 ${key} ${key} 2 CHECKMULTISIG`,
      DERSIG | CONST_SCRIPTCODE,
      'SIG_FINDANDDELETE',
    ],
    [
      'the last signature and key come first',
      `0 ${noDer} ${der}`,
      `2 ${key} ${hybrid} 2 CHECKMULTISIG`,
      STRICTENC,
      'PUBKEYTYPE',
    ],
    ['without signatures no key is looked at', '0', `0 ${hybrid} 1 CHECKMULTISIG`, STRICTENC, 'OK'],
    [
      'a signature tried in vain ends the search before the next',
      `0 ${noDer} ${der}`,
      `2 ${hybrid} ${key} 2 CHECKMULTISIG NOT`,
      STRICTENC,
      'OK',
    ],
    [
      'NULLFAIL minds signatures that were not tried',
      `0 ${noDer} ${der}`,
      `2 ${hybrid} ${key} 2 CHECKMULTISIG NOT`,
      STRICTENC | NULLFAIL,
      'NULLFAIL',
    ],
    ['NULLFAIL minds each signature', `0 ${der} 0`, `2 ${key} ${key} 2 CHECKMULTISIG NOT`, NULLFAIL, 'NULLFAIL'],
    ['NULLFAIL does not mind keys or the extra item', '1 0 0', `2 ${key} ${key} 2 CHECKMULTISIG NOT`, NULLFAIL, 'OK'],
    ['NULLFAIL, before NULLDUMMY', `1 ${der}`, `1 ${key} 1 CHECKMULTISIG NOT`, NULLFAIL | NULLDUMMY, 'NULLFAIL'],
    [
      'NULLDUMMY, before OP_CHECKMULTISIGVERIFY fails',
      '1 0',
      `1 ${key} 1 CHECKMULTISIGVERIFY`,
      NULLFAIL | NULLDUMMY,
      'SIG_NULLDUMMY',
    ],
    [
      'OP_CHECKMULTISIGVERIFY fails',
      '0 0',
      `1 ${key} 1 CHECKMULTISIGVERIFY`,
      NULLFAIL | NULLDUMMY,
      'CHECKMULTISIGVERIFY',
    ],
  ]
  test.each(rows)('%s %#', (_, scriptSig, scriptPubKey, flags, error) => {
    expect(run(scriptSig, scriptPubKey, flags, false)).toBe(error)
  })
})

describe('a whole input', () => {
  const spend = (scriptSig: string, scriptPubKey: Uint8Array, witness: readonly Uint8Array[], flags: number) =>
    verifyInput(creditAndSpend(scriptPubKey, assemble(scriptSig), witness), 0, flags, observingCurve())
  const { CLEANSTACK } = scriptFlag
  const redeem = assemble('1')
  const p2sh = 'HASH160 0x14 0xda1745e9b549bd0bfa1a569971c77eba30cd5a4b EQUAL'

  test('BIP-0016: the hash must match before the scriptSig must only push', () => {
    expect(run(`NOP 0x01 0x51`, p2sh, P2SH)).toBe('SIG_PUSHONLY')
    expect(run(`NOP 0x01 0x52`, p2sh, P2SH)).toBe('EVAL_FALSE')
    expect(run(`NOP 0x01 0x51`, p2sh, 0)).toBe('OK')
    expect(run(`NOP 0x01 0x52`, p2sh, P2SH | scriptFlag.SIGPUSHONLY)).toBe('SIG_PUSHONLY')
    expect(redeem).toEqual(Uint8Array.of(0x51))
  })

  test('CLEANSTACK comes before a witness that nobody expected', () => {
    expect(spend('1', assemble('1'), [emptyBytes], SEGWIT | CLEANSTACK)).toBe('CLEANSTACK')
    expect(spend('', assemble('1'), [emptyBytes], SEGWIT | CLEANSTACK)).toBe('WITNESS_UNEXPECTED')
  })

  test('BIP-0141: hash, then sizes of items, then size of the script', () => {
    const script = concatBytes(assemble('1'), assemble('NOP '.repeat(10_000)))
    const long = new Uint8Array(521)
    const right = p2wshScript(sha256(script))
    expect(spend('', p2wshScript(new Uint8Array(32).fill(1)), [long, script], SEGWIT)).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(spend('', right, [long, script], SEGWIT)).toBe('PUSH_SIZE')
    expect(spend('', right, [script], SEGWIT)).toBe('SCRIPT_SIZE')
  })

  test('BIP-0141: version 0 may begin with more than 1,000 items', () => {
    const items = Array.from({ length: 1001 }, () => emptyBytes)
    const drops = assemble(`${'2DROP '.repeat(200)} 1`)
    expect(spend('', p2wshScript(sha256(drops)), [...items, drops], SEGWIT)).toBe('CLEANSTACK')
    expect(spend('', p2wshScript(sha256(redeem)), [...items, redeem], SEGWIT)).toBe('STACK_SIZE')
  })
})

describe('BIP-0342', () => {
  const outputKey = new Uint8Array(32).fill(7)
  const control = concatBytes(Uint8Array.of(0xc0), new Uint8Array(32))
  const tapscript = (leaf: string | Uint8Array, items: readonly Uint8Array[], flags = SEGWIT) => {
    const script = typeof leaf === 'string' ? assemble(leaf) : leaf
    const witness = [...items, script, control]
    return verifyInput(creditAndSpend(p2trScript(outputKey), emptyBytes, witness), 0, flags, observingCurve(false))
  }
  const many = Array.from({ length: 1001 }, () => new Uint8Array(521))

  test('an OP_SUCCESS anywhere, then broken pushes, then how many items, then how long', () => {
    expect(tapscript(concatBytes(pushData(new Uint8Array(521)), fromHex('fe05')), many)).toBeUndefined()
    expect(tapscript(fromHex('6a05'), many)).toBe('BAD_OPCODE')
    expect(tapscript('RETURN', many)).toBe('STACK_SIZE')
    expect(tapscript('RETURN', many.slice(0, 1000))).toBe('PUSH_SIZE')
    expect(tapscript('RETURN', [])).toBe('OP_RETURN')
  })

  test('an opcode inside a push is no OP_SUCCESS', () => {
    expect(tapscript('RETURN 0x01 0xfe', [])).toBe('OP_RETURN')
    expect(tapscript(concatBytes(assemble('RETURN'), fromHex('4d0100fe')), [])).toBe('OP_RETURN')
  })

  const signature = new Uint8Array(64).fill(1)
  const keyPush = `0x20 0x${'79'.repeat(32)}`

  test('a signature costs before the key is looked at, and under unknown keys too', () => {
    // Count 1, signature 65, script 12 + n, control block 34, and 50: a fourth signature needs 200.
    const spent = (n: number) => `${'NOP '.repeat(n)} 0x01 0x55 ${'2DUP CHECKSIGVERIFY '.repeat(3)} DROP 0 CHECKSIG`
    expect(tapscript(spent(37), [signature])).toBe('TAPSCRIPT_VALIDATION_WEIGHT')
    expect(tapscript(spent(38), [signature])).toBe('TAPSCRIPT_EMPTY_PUBKEY')
  })

  test('an empty signature costs nothing, and fails a check rather than the script', () => {
    const failing = '2DUP CHECKSIG DROP '.repeat(100)
    expect(tapscript(`${keyPush} ${failing} 2DROP 1`, [emptyBytes])).toBeUndefined()
    expect(tapscript(`${keyPush} CHECKSIGVERIFY 1`, [emptyBytes])).toBe('CHECKSIGVERIFY')
    expect(tapscript(`0x01 0x55 CHECKSIG NOT`, [emptyBytes])).toBeUndefined()
    expect(tapscript(`0x01 0x55 CHECKSIG NOT`, [emptyBytes], STANDARD_FLAGS)).toBe('DISCOURAGE_UPGRADABLE_PUBKEYTYPE')
  })

  test('size and hash type of a signature, then whether it holds', () => {
    const check = (length: number, last: number) => {
      const given = new Uint8Array(length).fill(1)
      given[length - 1] = last
      return tapscript(`${keyPush} CHECKSIG NOT`, [given])
    }
    expect(check(63, 0)).toBe('SCHNORR_SIG_SIZE')
    expect(check(66, 1)).toBe('SCHNORR_SIG_SIZE')
    expect(check(65, 0)).toBe('SCHNORR_SIG_HASHTYPE')
    expect(check(65, 0x80)).toBe('SCHNORR_SIG_HASHTYPE')
    expect(check(65, 4)).toBe('SCHNORR_SIG_HASHTYPE')
    expect(check(65, 0x83)).toBe('SCHNORR_SIG')
    expect(check(64, 0)).toBe('SCHNORR_SIG')
  })

  test('OP_CHECKSIGADD wants three items, then a number, then looks at the key', () => {
    expect(tapscript('0 CHECKSIGADD', [signature])).toBe('INVALID_STACK_OPERATION')
    expect(tapscript('0x05 0x0102030405 0 CHECKSIGADD', [signature])).toBe('SCRIPTNUM')
    expect(tapscript('0 0 CHECKSIGADD', [signature])).toBe('TAPSCRIPT_EMPTY_PUBKEY')
  })
})
