import { describe, expect, test } from '@jest/globals'
import { type Curve, concatBytes, emptyBytes, fromHex } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import { STANDARD_FLAGS, scriptFlag } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { opcode } from '../src/opcodes/opcode.js'
import { p2trScript } from '../src/templates/scripts.js'
import { creditAndSpend } from './support/spending.js'

/** Every signature holds: what is tested here is what surrounds the signatures. */
const credulous: Curve = {
  name: 'noble',
  verifyEcdsa: () => true,
  verifySchnorr: () => true,
  checkTapTweak: () => true,
}

const FLAGS = scriptFlag.P2SH | scriptFlag.WITNESS | scriptFlag.TAPROOT
const key = fromHex('79'.repeat(32))

interface Leaf {
  readonly items?: readonly Uint8Array[]
  readonly flags?: number
  readonly leafVersion?: number
}

const run = (script: string | Uint8Array, { items = [], flags = FLAGS, leafVersion = 0xc0 }: Leaf = {}) => {
  const bytes = typeof script === 'string' ? assemble(script) : script
  const control = concatBytes(Uint8Array.of(leafVersion), key)
  return verifyInput(creditAndSpend(p2trScript(key), emptyBytes, [...items, bytes, control]), 0, flags, credulous)
}

const signature = new Uint8Array(64).fill(1)
const keyPush = `0x20 0x${'79'.repeat(32)}`

describe('BIP-0342', () => {
  test('an OP_SUCCESS decides before anything runs, but not after the script breaks off', () => {
    expect(run('RETURN 0xba')).toBe('OP_RETURN')
    expect(run('RETURN 0xbb')).toBeUndefined()
    expect(run('RETURN CAT')).toBeUndefined()
    expect(run(fromHex('05bb'))).toBe('BAD_OPCODE')
    expect(run(fromHex('bb05'))).toBeUndefined()
    expect(run('RETURN 0xbb', { flags: STANDARD_FLAGS })).toBe('DISCOURAGE_OP_SUCCESS')
  })

  test('MINIMALIF is a consensus rule', () => {
    expect(run('IF 1 ENDIF', { items: [Uint8Array.of(1)] })).toBeUndefined()
    expect(run('IF 1 ENDIF', { items: [Uint8Array.of(2)] })).toBe('TAPSCRIPT_MINIMALIF')
    expect(run('IF 1 ENDIF', { items: [Uint8Array.of(1, 0)] })).toBe('TAPSCRIPT_MINIMALIF')
  })

  test('CHECKMULTISIG is refused where it runs', () => {
    expect(run('0 0 0 CHECKMULTISIG')).toBe('TAPSCRIPT_CHECKMULTISIG')
    expect(run('0 IF CHECKMULTISIGVERIFY ENDIF 1')).toBeUndefined()
  })

  test('neither 201 operations nor 10,000 bytes are a limit', () => {
    expect(run(`${'NOP '.repeat(12_000)} 1`)).toBeUndefined()
  })

  test('four megabytes of branches inside branches run to their end', () => {
    const script = new Uint8Array(3_900_001).fill(opcode.OP_IF)
    script[0] = opcode.OP_0
    script.fill(opcode.OP_ENDIF, 1_950_001)
    expect(run(concatBytes(script, Uint8Array.of(opcode.OP_1)))).toBeUndefined()
  })

  test('keys: none fails, 32 bytes are checked, other lengths accept any signature', () => {
    const signed = { items: [signature] }
    expect(run('0 CHECKSIG', signed)).toBe('TAPSCRIPT_EMPTY_PUBKEY')
    expect(run(`${keyPush} CHECKSIG`, signed)).toBeUndefined()
    expect(run(`${keyPush} CHECKSIG`, { items: [emptyBytes] })).toBe('EVAL_FALSE')
    expect(run('0x01 0x55 CHECKSIG', signed)).toBeUndefined()
    const strict = { ...signed, flags: STANDARD_FLAGS }
    expect(run('0x01 0x55 CHECKSIG', strict)).toBe('DISCOURAGE_UPGRADABLE_PUBKEYTYPE')
  })

  test('CHECKSIGADD adds', () => {
    expect(run(`5 ${keyPush} CHECKSIGADD 6 EQUAL`, { items: [signature] })).toBeUndefined()
    expect(run(`5 ${keyPush} CHECKSIGADD 5 EQUAL`, { items: [emptyBytes] })).toBeUndefined()
  })

  test('a signature costs 50 of a budget of the witness size and 50', () => {
    // Count 1, signature 65, script 37 + 2n, control block 34, and 50: for four signatures 195, and they cost 200.
    const cheap = (n: number) => `${keyPush} ${'2DUP CHECKSIGVERIFY '.repeat(n)} 2DROP 1`
    expect(run(cheap(3), { items: [signature] })).toBeUndefined()
    expect(run(cheap(4), { items: [signature] })).toBe('TAPSCRIPT_VALIDATION_WEIGHT')
  })

  test('items over 520 bytes and more than 1,000 of them are refused', () => {
    expect(run('SIZE NIP', { items: [new Uint8Array(520)] })).toBeUndefined()
    expect(run('SIZE NIP', { items: [new Uint8Array(521)] })).toBe('PUSH_SIZE')
    const items = (n: number) => Array.from({ length: n }, () => emptyBytes)
    expect(run(`${'DROP '.repeat(1000)} 1`, { items: items(1000) })).toBeUndefined()
    expect(run(`${'DROP '.repeat(1001)} 1`, { items: items(1001) })).toBe('STACK_SIZE')
  })

  test('exactly one true item must be left', () => {
    expect(run('1 1')).toBe('CLEANSTACK')
    expect(run('0')).toBe('EVAL_FALSE')
    expect(run('')).toBe('CLEANSTACK')
  })

  test('unknown leaf versions accept everything', () => {
    expect(run('RETURN', { leafVersion: 0xc2 })).toBeUndefined()
    expect(run('RETURN', { leafVersion: 0xc2, flags: STANDARD_FLAGS })).toBe('DISCOURAGE_UPGRADABLE_TAPROOT_VERSION')
  })
})
