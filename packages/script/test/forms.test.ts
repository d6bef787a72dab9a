import { describe, expect, test } from '@jest/globals'
import {
  concatBytes,
  emptyBytes,
  fromHex,
  nullOutpoint,
  type TransactionBody,
  type Txid,
  toHex,
} from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import { scriptErrorMessage } from '../src/errors.js'
import { scriptFlag } from '../src/flags.js'
import { type OpcodeName, opcode, opcodeName } from '../src/opcodes/opcode.js'
import { isDisabled, opcodeRows } from '../src/opcodes/table.js'
import { scriptToAsm } from '../src/script/asm.js'
import { isPayToScriptHash, isPushOnly, isUnspendable, witnessProgram } from '../src/script/form.js'
import { pushData } from '../src/script/push.js'
import { legacySigops, p2shSigops, scriptSigops, sigopCost } from '../src/sigops/count.js'
import { classifyScript } from '../src/templates/classify.js'
import {
  anchorScript,
  p2pkhScript,
  p2shScript,
  p2trScript,
  p2wpkhScript,
  p2wshScript,
} from '../src/templates/scripts.js'

const hash20 = new Uint8Array(20).fill(7)
const hash32 = new Uint8Array(32).fill(7)
const key = `0x21 0x02${'11'.repeat(32)}`

describe('standard forms', () => {
  const forms: readonly (readonly [type: string, script: Uint8Array])[] = [
    ['pubkeyhash', p2pkhScript(hash20)],
    ['scripthash', p2shScript(hash20)],
    ['witness_v0_keyhash', p2wpkhScript(hash20)],
    ['witness_v0_scripthash', p2wshScript(hash32)],
    ['witness_v1_taproot', p2trScript(hash32)],
    ['anchor', anchorScript()],
    ['witness_unknown', assemble(`16 0x02 0xffff`)],
    ['nonstandard', assemble(`0 0x02 0xffff`)],
    ['nulldata', assemble('RETURN')],
    ['nulldata', assemble(`RETURN 0x4c 0xff 0x${'00'.repeat(255)} 5`)],
    ['nonstandard', assemble('RETURN ADD')],
    ['pubkey', assemble(`${key} CHECKSIG`)],
    ['pubkey', assemble(`0x41 0x07${'11'.repeat(64)} CHECKSIG`)],
    ['nonstandard', assemble(`0x21 0x04${'11'.repeat(32)} CHECKSIG`)],
    ['multisig', assemble(`1 ${key} ${key} 2 CHECKMULTISIG`)],
    ['multisig', assemble(`1 ${`${key} `.repeat(17)} 17 CHECKMULTISIG`)],
    ['nonstandard', assemble(`3 ${key} ${key} 2 CHECKMULTISIG`)],
    ['nonstandard', assemble(`0 ${key} 1 CHECKMULTISIG`)],
    ['nonstandard', assemble(`1 ${key} ${key} 3 CHECKMULTISIG`)],
    ['nonstandard', assemble(`0x01 0x01 ${key} 1 CHECKMULTISIG`)],
    ['nonstandard', fromHex(`514104${'02'.repeat(63)}ae`)],
    ['nonstandard', emptyBytes],
  ]

  test.each(forms)('%s %#', (type, script) => {
    expect(classifyScript(script).type).toBe(type)
  })

  test('a multisig tells its keys and how many must sign', () => {
    expect(classifyScript(assemble(`2 ${key} ${key} 2 CHECKMULTISIG`))).toMatchObject({
      required: 2,
      publicKeys: [{}, {}],
    })
  })
})

describe('text', () => {
  test('constants print as numbers, opcodes by name, unknown bytes as unknown', () => {
    expect(scriptToAsm(assemble('0 -1 16 DUP 0xba 0xbb 0xff RESERVED'))).toBe(
      '0 -1 16 OP_DUP OP_CHECKSIGADD OP_UNKNOWN OP_INVALIDOPCODE OP_RESERVED',
    )
    expect(opcodeName(0xb1)).toBe('OP_CHECKLOCKTIMEVERIFY')
  })

  test('a push up to four bytes prints as a number, minimal or not', () => {
    expect(scriptToAsm(fromHex('04ffffffff'))).toBe('-2147483647')
    expect(scriptToAsm(fromHex('020100'))).toBe('1')
    expect(scriptToAsm(fromHex('050102030405'))).toBe('0102030405')
    expect(scriptToAsm(fromHex('5105'))).toBe('1 [error]')
  })

  test('what looks like a signature ends in its hash type', () => {
    const der = '3006020101020101'
    const script = (hashType: string) => pushData(fromHex(der + hashType))
    expect(scriptToAsm(script('83'), true)).toBe(`${der}[SINGLE|ANYONECANPAY]`)
    expect(scriptToAsm(script('83'))).toBe(`${der}83`)
    expect(scriptToAsm(script('00'), true)).toBe(`${der}00`)
    expect(scriptToAsm(concatBytes(Uint8Array.of(0x6a), script('01')), true)).toBe(`OP_RETURN ${der}01`)
  })

  test('error texts are those of Core', () => {
    expect(scriptErrorMessage('SIG_DER')).toBe('Non-canonical DER signature')
    expect(scriptErrorMessage('CLEANSTACK')).toBe('Stack size must be exactly one after execution')
  })

  test('every row of the opcode table has its own byte', () => {
    expect(new Set(opcodeRows.map(({ byte }) => byte)).size).toBe(opcodeRows.length)
    const withRow = new Set<string>(opcodeRows.map(({ name }) => name))
    const without = Object.keys(opcode).filter(name => !withRow.has(name) && !isDisabled[opcode[name as OpcodeName]])
    expect(without.join(' ')).toBe(
      'OP_0 OP_PUSHDATA1 OP_PUSHDATA2 OP_PUSHDATA4 OP_RESERVED OP_VER OP_VERIF OP_VERNOTIF OP_RESERVED1 OP_RESERVED2 ' +
        'OP_INVALIDOPCODE',
    )
  })
})

describe('form', () => {
  test('OP_RESERVED counts as a push, an operation or a broken push does not', () => {
    expect(isPushOnly(assemble('1 RESERVED 0x02 0xffff'))).toBe(true)
    expect(isPushOnly(assemble('1 16 0x4e00000000'))).toBe(true)
    expect(isPushOnly(assemble('1 NOP'))).toBe(false)
    expect(isPushOnly(fromHex('02ff'))).toBe(false)
  })

  test('BIP-0016: a P2SH output has exactly one form', () => {
    const script = p2shScript(hash20)
    expect(isPayToScriptHash(script)).toBe(true)
    for (const at of [0, 1, 22])
      expect(isPayToScriptHash(script.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toBe(false)
    expect(isPayToScriptHash(concatBytes(script, Uint8Array.of(0x87)))).toBe(false)
    expect(isPayToScriptHash(fromHex(`a94c14${toHex(hash20)}87`))).toBe(false)
  })

  test('BIP-0141: a program is a constant from 0 to 16 and one direct push of 2 to 40 bytes', () => {
    const program = (first: number, length: number) => concatBytes(Uint8Array.of(first, length), new Uint8Array(length))
    for (const [first, version] of [
      [0x00, 0],
      [0x51, 1],
      [0x60, 16],
    ] as const)
      for (const length of [2, 40]) expect(witnessProgram(program(first, length))).toMatchObject({ version })
    for (const first of [0x01, 0x4f, 0x50, 0x61]) expect(witnessProgram(program(first, 20))).toBeUndefined()
    for (const length of [0, 1, 41]) expect(witnessProgram(program(0x51, length))).toBeUndefined()
    for (const hex of ['51020000ff', '510200', '514c020000']) expect(witnessProgram(fromHex(hex))).toBeUndefined()
  })

  test('OP_RETURN first or more than 10,000 bytes is unspendable', () => {
    expect(isUnspendable(assemble('RETURN'))).toBe(true)
    expect(isUnspendable(assemble('NOP RETURN'))).toBe(false)
    expect(isUnspendable(new Uint8Array(10_000))).toBe(false)
    expect(isUnspendable(new Uint8Array(10_001))).toBe(true)
  })
})

describe('signature operations', () => {
  const spend = (scriptSig: Uint8Array, witness: readonly Uint8Array[] = []): TransactionBody => ({
    version: 2,
    inputs: [{ prevout: { txid: '11'.repeat(32) as Txid, vout: 0 }, scriptSig, sequence: 0, witness }],
    outputs: [{ value: 0n, script: p2pkhScript(hash20) }],
    lockTime: 0,
  })
  const ALL = scriptFlag.P2SH | scriptFlag.WITNESS
  const twoOfThree = assemble(`2 ${`${key} `.repeat(3)} 3 CHECKMULTISIG`)
  const paying = (script: Uint8Array) => [{ value: 1n, script }]

  test('a multisig counts for 20, or for its keys where counted accurately', () => {
    expect(scriptSigops(twoOfThree, false)).toBe(20)
    expect(scriptSigops(twoOfThree, true)).toBe(3)
    for (const [count, counted] of [
      ['0', 20],
      ['1', 1],
      ['16', 16],
      ['17', 20],
      ['0x01 0x05', 20],
      ['-1', 20],
      ['RESERVED', 20],
    ] as const)
      expect([count, scriptSigops(assemble(`${count} CHECKMULTISIGVERIFY`), true)]).toEqual([count, counted])
    expect(scriptSigops(assemble('CHECKSIG CHECKSIGVERIFY 0x05 0xac'), true)).toBe(2)
  })

  test('outside a witness one costs four', () => {
    expect(legacySigops(spend(emptyBytes))).toBe(1)
    expect(sigopCost(spend(emptyBytes), paying(p2pkhScript(hash20)), ALL)).toBe(4)
  })

  test('BIP-0016: the redeem script counts, unless more than pushes come before it', () => {
    const spent = paying(p2shScript(hash20))
    expect(p2shSigops(spend(pushData(twoOfThree)), spent)).toBe(3)
    expect(sigopCost(spend(pushData(twoOfThree)), spent, ALL)).toBe(4 + 12)
    expect(sigopCost(spend(pushData(twoOfThree)), spent, 0)).toBe(4)
    expect(p2shSigops(spend(concatBytes(assemble('NOP'), pushData(twoOfThree))), spent)).toBe(0)
    expect(p2shSigops(spend(emptyBytes), spent)).toBe(0)
    expect(p2shSigops(spend(concatBytes(pushData(twoOfThree), assemble('0'))), spent)).toBe(0)
    expect(p2shSigops(spend(concatBytes(pushData(twoOfThree), fromHex('05ff'))), spent)).toBe(0)
    expect(p2shSigops(spend(concatBytes(assemble('RESERVED'), pushData(twoOfThree))), spent)).toBe(3)
  })

  test('BIP-0141: inside a witness one costs one, nested or not; version 1 costs none', () => {
    expect(sigopCost(spend(emptyBytes), paying(p2wpkhScript(hash20)), ALL)).toBe(4 + 1)
    expect(sigopCost(spend(emptyBytes, [twoOfThree]), paying(p2wshScript(hash32)), ALL)).toBe(4 + 3)
    expect(sigopCost(spend(emptyBytes), paying(p2wshScript(hash32)), ALL)).toBe(4)
    expect(sigopCost(spend(pushData(p2wpkhScript(hash20))), paying(p2shScript(hash20)), ALL)).toBe(4 + 1)
    expect(sigopCost(spend(emptyBytes), paying(p2wpkhScript(hash20)), scriptFlag.P2SH)).toBe(4)
    expect(sigopCost(spend(emptyBytes, [twoOfThree]), paying(p2trScript(hash32)), ALL)).toBe(4)
  })

  test('a coinbase is counted by its own scripts alone', () => {
    const coinbase = spend(assemble('CHECKSIG'))
    const inputs = coinbase.inputs.map(input => ({ ...input, prevout: nullOutpoint }))
    expect(sigopCost({ ...coinbase, inputs }, [], ALL)).toBe(8)
  })
})
