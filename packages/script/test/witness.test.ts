import { describe, expect, test } from '@jest/globals'
import { getPublicKey, schnorr } from '@noble/secp256k1'
import { concatBytes, emptyBytes, fromHex, hash160, nobleCurve, sha256 } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import { scriptFlag } from '../src/flags.js'
import { tapBranchHash, tapLeafHash, tapTweakHash } from '../src/interpreter/taproot.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { signatureHashTaproot } from '../src/sighash/taproot.js'
import { p2trScript, p2wpkhScript, p2wshScript, witnessProgramScript } from '../src/templates/scripts.js'
import { observingCurve } from './support/observing-curve.js'
import { creditAndSpend } from './support/spending.js'
import { tweakKey } from './support/tap-key.js'

const { DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM, P2SH, STRICTENC, TAPROOT, WITNESS, WITNESS_PUBKEYTYPE } = scriptFlag
const FLAGS = P2SH | WITNESS | TAPROOT

const run = (output: Uint8Array, witness: readonly Uint8Array[], flags = FLAGS, curve = nobleCurve) =>
  verifyInput(creditAndSpend(output, emptyBytes, witness), 0, flags, curve) ?? 'OK'

test('an input without a witness needs none', () => {
  expect(run(assemble('1'), [])).toBe('OK')
})

describe('BIP-0141', () => {
  const signature = fromHex('300602010102010101')
  const compressed = concatBytes(Uint8Array.of(2), new Uint8Array(32).fill(1))
  const full = concatBytes(Uint8Array.of(4), new Uint8Array(64).fill(1))

  test('a key hash is paid with a signature and a key, no more and no less', () => {
    const output = p2wpkhScript(hash160(compressed))
    const check = (...witness: Uint8Array[]) => run(output, witness, FLAGS, observingCurve())
    expect(check(signature, compressed)).toBe('OK')
    expect(check(compressed)).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(check(emptyBytes, signature, compressed)).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(check(signature, full)).toBe('EQUALVERIFY')
  })

  test('version 0 has two lengths, later versions any', () => {
    const program = (version: number, length: number) => witnessProgramScript(version, new Uint8Array(length).fill(1))
    for (const length of [2, 19, 21, 31, 33, 40]) {
      expect(run(program(0, length), [])).toBe('WITNESS_PROGRAM_WRONG_LENGTH')
      expect(run(program(1, length), [])).toBe('OK')
    }
    expect(run(program(2, 32), [], FLAGS | DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM)).toBe(
      'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM',
    )
  })

  test('WITNESS_PUBKEYTYPE: keys must be compressed, in version 0 only', () => {
    const script = assemble(`0x41 0x04${'01'.repeat(64)} CHECKSIG`)
    const flags = FLAGS | STRICTENC | WITNESS_PUBKEYTYPE
    const output = p2wshScript(sha256(script))
    expect(run(output, [signature, script], flags, observingCurve())).toBe('WITNESS_PUBKEYTYPE')
    expect(run(output, [signature, script], FLAGS | STRICTENC, observingCurve())).toBe('OK')
    const bare = creditAndSpend(script, concatBytes(Uint8Array.of(9), signature))
    expect(verifyInput(bare, 0, flags, observingCurve())).toBeUndefined()
  })
})

describe('BIP-0341', () => {
  const secret = new Uint8Array(32).fill(5)
  const outputKey = schnorr.getPublicKey(secret)

  test('a signature may leave its hash type out, which is ALL but not the same', () => {
    const spend = creditAndSpend(p2trScript(outputKey), emptyBytes)
    const sign = (hashType: number) => schnorr.sign(signatureHashTaproot(spend, 0, hashType) as Uint8Array, secret)
    const check = (hashType: number, ...more: number[]) =>
      run(p2trScript(outputKey), [concatBytes(sign(hashType), Uint8Array.from(more))])
    expect(check(0)).toBe('OK')
    for (const hashType of [1, 2, 3, 0x81, 0x82, 0x83]) {
      expect(check(hashType, hashType)).toBe('OK')
      expect(check(hashType)).toBe('SCHNORR_SIG')
    }
    expect(check(0, 1)).toBe('SCHNORR_SIG')
    expect(check(0, 0)).toBe('SCHNORR_SIG_HASHTYPE')
  })

  test('each leaf of a tree is spent by its own path, and tells the parity of the output key', () => {
    const internal = getPublicKey(secret).slice(1)
    const scripts = ['1', '2 DROP 1', '3 DROP 1'].map(assemble)
    const [a, b, c] = scripts.map(script => tapLeafHash(0xc0, script)) as [Uint8Array, Uint8Array, Uint8Array]
    const ab = tapBranchHash(a, b)
    const { key, parity } = tweakKey(internal, tapTweakHash(internal, tapBranchHash(ab, c)))
    const spend = (script: Uint8Array | undefined, path: readonly Uint8Array[], first = 0xc0 | parity) =>
      run(p2trScript(key), [script as Uint8Array, concatBytes(Uint8Array.of(first), internal, ...path)])
    expect(spend(scripts[0], [b, c])).toBe('OK')
    expect(spend(scripts[1], [a, c])).toBe('OK')
    expect(spend(scripts[2], [ab])).toBe('OK')
    expect(spend(scripts[0], [c, b])).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(spend(scripts[0], [b])).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(spend(scripts[2], [b, c])).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(spend(scripts[2], [ab], 0xc0 | (1 - parity))).toBe('WITNESS_PROGRAM_MISMATCH')
    expect(spend(scripts[2], [ab], 0xc2 | parity)).toBe('WITNESS_PROGRAM_MISMATCH')
  })

  test('a control block has 33 bytes and a path of at most 128 whole nodes', () => {
    const spend = (length: number) => {
      const control = new Uint8Array(length).fill(0xc0)
      return run(p2trScript(outputKey), [assemble('1'), control], FLAGS, observingCurve())
    }
    for (const length of [33, 33 + 32, 33 + 32 * 128]) expect(spend(length)).toBe('OK')
    for (const length of [0, 1, 32, 34, 33 + 31, 33 + 32 * 127 + 1, 33 + 32 * 129])
      expect(spend(length)).toBe('TAPROOT_WRONG_CONTROL_SIZE')
  })
})
