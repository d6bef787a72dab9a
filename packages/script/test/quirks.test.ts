import { describe, expect, test } from '@jest/globals'
import {
  concatBytes,
  emptyBytes,
  fromHex,
  nobleCurve,
  type TransactionBody,
  type Txid,
  toHex,
} from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import { scriptFlag } from '../src/flags.js'
import { findAndDelete } from '../src/interpreter/find-and-delete.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { pushData } from '../src/script/push.js'
import { signatureHashLegacy } from '../src/sighash/legacy.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { signatureHashTaproot } from '../src/sighash/taproot.js'
import { creditAndSpend } from './support/spending.js'

const run = (scriptSig: string, scriptPubKey: string, flags = 0, witness: readonly Uint8Array[] = []) =>
  verifyInput(creditAndSpend(assemble(scriptPubKey), assemble(scriptSig), witness), 0, flags, nobleCurve)

const body = (inputs: number, outputs: number): TransactionBody => ({
  version: 2,
  inputs: Array.from({ length: inputs }, (_, i) => ({
    prevout: { txid: '11'.repeat(32) as Txid, vout: i },
    scriptSig: emptyBytes,
    sequence: i,
    witness: [],
  })),
  outputs: Array.from({ length: outputs }, (_, i) => ({ value: BigInt(i), script: Uint8Array.of(0x51) })),
  lockTime: 7,
})

const context = (inputs: number, outputs: number) => {
  const tx = body(inputs, outputs)
  return createSpendContext(
    tx,
    tx.inputs.map(() => ({ value: 1n, script: Uint8Array.of(0x51) })),
  )
}

describe('CHECKMULTISIG', () => {
  test('takes one item more than its operands', () => {
    expect(run('', '0 0 CHECKMULTISIG')).toBe('INVALID_STACK_OPERATION')
    expect(run('0', '0 0 CHECKMULTISIG')).toBeUndefined()
    expect(run('5 0', '0 0 CHECKMULTISIGVERIFY 5 EQUAL')).toBeUndefined()
    expect(run('5 0', '0 0 CHECKMULTISIG DEPTH 2 EQUALVERIFY DROP 5 EQUAL')).toBeUndefined()
  })

  test('BIP-0147: the extra item must be empty under NULLDUMMY', () => {
    expect(run('1', '0 0 CHECKMULTISIG')).toBeUndefined()
    expect(run('1', '0 0 CHECKMULTISIG', scriptFlag.NULLDUMMY)).toBe('SIG_NULLDUMMY')
  })

  test('keys count as operations', () => {
    const tenTimes20 = Array.from({ length: 10 }, () => `0 0 ${'0 '.repeat(20)} 20 CHECKMULTISIGVERIFY`).join(' ')
    expect(run('', `${tenTimes20} 1`)).toBe('OP_COUNT')
  })

  test('CHECKSIGADD, which takes its place in tapscripts, does not exist elsewhere', () => {
    expect(run('0 0 0', 'CHECKSIGADD')).toBe('BAD_OPCODE')
  })
})

describe('legacy signature hash', () => {
  test('SINGLE without an output of the input index signs the number one', () => {
    const digest = signatureHashLegacy(context(3, 2), 2, emptyBytes, 0x03)
    expect(toHex(digest)).toBe(`01${'00'.repeat(31)}`)
    expect(toHex(signatureHashLegacy(context(3, 2), 2, emptyBytes, 0x83))).toBe(toHex(digest))
  })

  test('all 32 bits of the hash type are signed, though few choose the mode', () => {
    const digests = [1, 0x101, -255].map(type => toHex(signatureHashLegacy(context(1, 1), 0, emptyBytes, type)))
    expect(new Set(digests).size).toBe(3)
  })

  test('OP_CODESEPARATOR is left out of what is signed', () => {
    const sign = (script: string) => toHex(signatureHashLegacy(context(2, 2), 1, assemble(script), 1))
    expect(sign('CODESEPARATOR DUP CODESEPARATOR DROP')).toBe(sign('DUP DROP'))
    expect(sign('0x02 0xabab DROP')).not.toBe(sign('0x02 0xab DROP'))
  })

  test('BIP-0341 refuses SINGLE without an output, and unknown hash types', () => {
    expect(signatureHashTaproot(context(3, 2), 2, 0x03)).toBeUndefined()
    for (const type of [0x04, 0x80, 0x84, 0xff]) expect(signatureHashTaproot(context(1, 1), 0, type)).toBeUndefined()
  })
})

describe('FindAndDelete', () => {
  const cut = (script: string, data: string) => {
    const found = findAndDelete(fromHex(script), fromHex(data))
    return found && toHex(found)
  }

  test('cuts the push wherever an operation begins with it, repeatedly', () => {
    expect(cut('02abcd5102abcd02abcd', 'abcd')).toBe('51')
  })

  test('leaves the same bytes inside other data', () => {
    expect(cut('0302abcd51', 'abcd')).toBeUndefined()
  })

  test('leaves a push of the same data with a longer prefix', () => {
    expect(cut('4c02abcd', 'abcd')).toBeUndefined()
  })

  test('what follows a cut is where an operation begins', () => {
    expect(cut('02abcd0302abcd', 'abcd')).toBe('0302abcd')
    expect(cut('01ff02abcd76', 'abcd')).toBe('01ff76')
  })

  test('works up to where a script breaks off', () => {
    expect(cut('02abcd05ff', 'abcd')).toBe('05ff')
  })

  test('is an error under CONST_SCRIPTCODE', () => {
    const script = '0x01 0x30 DROP 1 CHECKSIG NOT'
    expect(run('0x01 0x30', script)).toBeUndefined()
    expect(run('0x01 0x30', script, scriptFlag.CONST_SCRIPTCODE)).toBe('SIG_FINDANDDELETE')
  })
})

describe('branches', () => {
  test('OP_VERIF fails even where it is not run, OP_VER only where it is', () => {
    expect(run('1', 'IF 1 ELSE VERIF ENDIF')).toBe('BAD_OPCODE')
    expect(run('1', 'IF 1 ELSE VER ENDIF')).toBeUndefined()
    expect(run('1', 'IF VER ENDIF')).toBe('BAD_OPCODE')
  })

  test('disabled opcodes fail even where they are not run', () => {
    expect(run('1', 'IF 1 ELSE CAT ENDIF')).toBe('DISABLED_OPCODE')
  })

  test('OP_IF wants an item only where it runs', () => {
    expect(run('', 'IF ENDIF 1')).toBe('INVALID_STACK_OPERATION')
    expect(run('', '0 IF IF ENDIF ENDIF 1')).toBeUndefined()
  })

  test('several OP_ELSE toggle', () => {
    expect(run('', '1 IF 1 ELSE 0 ELSE 1 ENDIF VERIFY')).toBeUndefined()
    expect(run('', '0 IF 0 ELSE 1 ELSE 0 ENDIF')).toBeUndefined()
    expect(run('', '0 IF 0 IF 1 ELSE 1 ENDIF ELSE 1 ENDIF')).toBeUndefined()
  })

  test('a branch may not cross from scriptSig to the output script', () => {
    expect(run('1 IF 1', 'ENDIF')).toBe('UNBALANCED_CONDITIONAL')
  })
})

describe('values', () => {
  test('negative zero is false, and may be any number of bytes', () => {
    expect(run('0x01 0x80', 'NOP')).toBe('EVAL_FALSE')
    expect(run('0x02 0x0080', 'NOP')).toBe('EVAL_FALSE')
    expect(run('0x02 0x8000', 'NOP')).toBeUndefined()
  })

  test('results may be five bytes but not be computed with again', () => {
    expect(run('2147483647', 'DUP ADD 4294967294 EQUAL')).toBeUndefined()
    expect(run('2147483647', 'DUP ADD 1ADD')).toBe('SCRIPTNUM')
  })

  test('lock times may be five bytes', () => {
    const flags = scriptFlag.CHECKLOCKTIMEVERIFY
    expect(run('4294967296', 'CHECKLOCKTIMEVERIFY', flags)).toBe('UNSATISFIED_LOCKTIME')
    expect(run('1099511627776', 'CHECKLOCKTIMEVERIFY', flags)).toBe('SCRIPTNUM')
    expect(run('-1', 'CHECKLOCKTIMEVERIFY', flags)).toBe('NEGATIVE_LOCKTIME')
  })

  test('BIP-0112: an operand with the disable bit always passes', () => {
    expect(run('2147483648', 'CHECKSEQUENCEVERIFY', scriptFlag.CHECKSEQUENCEVERIFY)).toBeUndefined()
  })
})

describe('limits', () => {
  test('520 bytes are pushed, 521 not, though the branch is not taken', () => {
    const of = (length: number) => concatBytes(assemble('0 IF'), pushData(new Uint8Array(length)), assemble('ENDIF 1'))
    const check = (length: number) => verifyInput(creditAndSpend(of(length), emptyBytes), 0, 0, nobleCurve)
    expect(check(520)).toBeUndefined()
    expect(check(521)).toBe('PUSH_SIZE')
  })

  test('201 operations run, 202 not', () => {
    expect(run('1', 'NOP '.repeat(201))).toBeUndefined()
    expect(run('1', 'NOP '.repeat(202))).toBe('OP_COUNT')
  })

  test('1,000 items on both stacks together, not more', () => {
    const full = `${'1 '.repeat(999)}TOALTSTACK`
    expect(run('', `${full} 1`)).toBeUndefined()
    expect(run('', `${full} 1 1`)).toBe('STACK_SIZE')
  })

  test('10,000 bytes run, 10,001 not', () => {
    const long = `0x4c 0xff 0x${'00'.repeat(255)} DROP `.repeat(38)
    const script = (length: number) => assemble(`${long} ${'1 '.repeat(length - 38 * 258)}`)
    expect(script(10_000)).toHaveLength(10_000)
    expect(verifyInput(creditAndSpend(script(10_000), emptyBytes), 0, 0, nobleCurve)).toBeUndefined()
    expect(verifyInput(creditAndSpend(script(10_001), emptyBytes), 0, 0, nobleCurve)).toBe('SCRIPT_SIZE')
  })
})

describe('witness programs', () => {
  const flags = scriptFlag.P2SH | scriptFlag.WITNESS | scriptFlag.TAPROOT

  test('BIP-0433: an anchor is spent by an empty input, even where unknown programs are discouraged', () => {
    const strict = flags | scriptFlag.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM
    expect(run('', '1 0x02 0x4e73', strict)).toBeUndefined()
    expect(run('', '1 0x02 0x4e74', strict)).toBe('DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM')
    expect(run('', '1 0x02 0x4e74', flags)).toBeUndefined()
  })

  test('a scriptSig beside a program is malleable, a witness beside none is unexpected', () => {
    expect(run('1', '1 0x02 0x4e73', flags)).toBe('WITNESS_MALLEATED')
    expect(run('1', 'NOP', flags, [emptyBytes])).toBe('WITNESS_UNEXPECTED')
    expect(run('1', 'NOP', 0, [emptyBytes])).toBeUndefined()
  })

  test('the annex is not an item: a witness of an annex and nothing else is a signature of the wrong size', () => {
    const script = `1 0x20 0x${'79'.repeat(32)}`
    expect(run('', script, flags, [])).toBe('WITNESS_PROGRAM_WITNESS_EMPTY')
    expect(run('', script, flags, [Uint8Array.of(0x50)])).toBe('SCHNORR_SIG_SIZE')
    expect(run('', script, flags, [emptyBytes, emptyBytes])).toBe('TAPROOT_WRONG_CONTROL_SIZE')
    expect(run('', script, flags, [emptyBytes, Uint8Array.of(0x50)])).toBe('SCHNORR_SIG_SIZE')
  })
})
