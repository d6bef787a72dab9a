import { describe, expect, test } from '@jest/globals'
import { concatBytes, emptyBytes, fromHex, hash256, sha256, type TransactionBody, toHex } from '@raistone/primitives'
import { assemble } from '@raistone/testkit'
import { scriptFlag } from '../src/flags.js'
import { tapLeafHash } from '../src/interpreter/taproot.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { signatureHashLegacy } from '../src/sighash/legacy.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { annexHash, NO_SEPARATOR, signatureHashTaproot } from '../src/sighash/taproot.js'
import { signatureHashV0 } from '../src/sighash/witness-v0.js'
import { p2trScript, p2wshScript } from '../src/templates/scripts.js'
import { observingCurve } from './support/observing-curve.js'
import { creditAndSpend } from './support/spending.js'

const FLAGS = scriptFlag.P2SH | scriptFlag.WITNESS | scriptFlag.TAPROOT
const der = '0x09 0x300602010102010101'
const key = `0x21 0x02${'11'.repeat(32)}`
const control = concatBytes(Uint8Array.of(0xc0), new Uint8Array(32))
const outputKey = new Uint8Array(32).fill(7)

describe('scripts before BIP-0143 sign', () => {
  const signed = (scriptSig: string, scriptPubKey: string) => {
    const curve = observingCurve()
    const spend = creditAndSpend(assemble(scriptPubKey), assemble(scriptSig))
    verifyInput(spend, 0, FLAGS, curve)
    return { curve, covers: (code: string, type = 1) => toHex(signatureHashLegacy(spend, 0, assemble(code), type)) }
  }
  const first = ({ curve }: ReturnType<typeof signed>): string => toHex(curve.digests[0] as Uint8Array)

  test('from the last OP_CODESEPARATOR that ran', () => {
    const run = signed(der, `NOP CODESEPARATOR 0 IF CODESEPARATOR ENDIF ${key} CHECKSIG`)
    expect(first(run)).toBe(run.covers(`0 IF ENDIF ${key} CHECKSIG`))
  })

  test('their own script: an OP_CODESEPARATOR of the scriptSig is forgotten', () => {
    const run = signed(`${der} CODESEPARATOR`, `${key} CHECKSIG`)
    expect(first(run)).toBe(run.covers(`${key} CHECKSIG`))
  })

  test('without the signature, wherever it stands after the OP_CODESEPARATOR', () => {
    const run = signed(der, `${der} DROP CODESEPARATOR ${der} DROP ${key} CHECKSIG`)
    expect(first(run)).toBe(run.covers(`DROP ${key} CHECKSIG`))
  })

  test('without any signature of an OP_CHECKMULTISIG, an empty one being OP_0', () => {
    const run = signed(`0 0 ${der}`, `0 DROP ${der} DROP 2 ${key} ${key} 2 CHECKMULTISIG`)
    expect(first(run)).toBe(run.covers(`DROP DROP 2 ${key} ${key} 2 CHECKMULTISIG`))
  })

  test('another digest after an OP_CODESEPARATOR, and for another hash type', () => {
    const none = '0x09 0x300602010102010102'
    const check = `2DUP CHECKSIGVERIFY`
    const run = signed(`${der} ${none}`, `${key} ${check} CODESEPARATOR ${check} DROP DROP ${key} ${check} CHECKSIG`)
    const rest = `${check} DROP DROP ${key} ${check} CHECKSIG`
    const all = [run.covers(`${key} ${check} ${rest}`, 2), run.covers(rest, 2), run.covers(rest), run.covers(rest)]
    expect(run.curve.digests.map(toHex)).toEqual(all)
  })

  test('the same digest object, while script and hash type are the same', () => {
    const { curve } = signed(der, `${key} ${'2DUP CHECKSIGVERIFY '.repeat(50)} CHECKSIG`)
    expect(curve.digests).toHaveLength(51)
    expect(new Set(curve.digests).size).toBe(1)
  })

  test('of a push that the script breaks off in, opcode and length only, though the length counts its data', () => {
    const whole = '0000000000ff'
    for (const [broken, covered] of [
      ['05ffff', '05'],
      ['4cff0102', '4cff'],
      ['4d03', '4d'],
      ['4e0400000001', '4e04000000'],
    ] as const) {
      const spend = creditAndSpend(emptyBytes, emptyBytes)
      const { tx } = spend
      const outpoint = toHex(spend.shared.prevouts)
      const code = fromHex(`${whole}ab${broken}`)
      const length = (code.length - 1).toString(16).padStart(2, '0')
      const message = `0100000001${outpoint}${length}${whole}${covered}ffffffff01${'00'.repeat(13)}01000000`
      expect(tx.outputs).toHaveLength(1)
      expect(toHex(signatureHashLegacy(spend, 0, code, 1))).toBe(toHex(hash256(fromHex(message))))
    }
  })
})

describe('BIP-0143 signs', () => {
  test('from the last OP_CODESEPARATOR that ran, those after it and the signature included', () => {
    const script = assemble(`${der} DROP CODESEPARATOR ${der} DROP ${key} CHECKSIG CODESEPARATOR`)
    const curve = observingCurve()
    const spend = creditAndSpend(p2wshScript(sha256(script)), emptyBytes, [fromHex('300602010102010101'), script], 9n)
    expect(verifyInput(spend, 0, FLAGS, curve)).toBeUndefined()
    const code = script.subarray(12)
    expect(toHex(curve.digests[0] as Uint8Array)).toBe(toHex(signatureHashV0(spend, 0, code, 1)))
  })
})

describe('BIP-0341 and BIP-0342 sign', () => {
  const signature = new Uint8Array(64).fill(1)
  const signed = (items: readonly Uint8Array[]) => {
    const curve = observingCurve()
    const spend = creditAndSpend(p2trScript(outputKey), emptyBytes, items)
    expect(verifyInput(spend, 0, FLAGS, curve)).toBeUndefined()
    return { spend, digests: curve.digests.map(toHex) }
  }
  const hex = (digest: Uint8Array | undefined): string | undefined => digest && toHex(digest)

  test('the annex, which is no item', () => {
    const annex = Uint8Array.of(0x50, 1, 2)
    const { spend, digests } = signed([signature, annex])
    expect(digests).toEqual([hex(signatureHashTaproot(spend, 0, 0, annexHash(annex)))])
    expect(signed([signature]).digests).toEqual([hex(signatureHashTaproot(spend, 0, 0))])
  })

  test('which operation, not which byte, the last OP_CODESEPARATOR that ran is', () => {
    const check = `2DUP CHECKSIGVERIFY`
    const leaf = assemble(
      `0x20 0x${'79'.repeat(32)} ${check} 0x03 0xababab DROP CODESEPARATOR ${check} 0 IF CODESEPARATOR ENDIF ${check} CODESEPARATOR CHECKSIG`,
    )
    const { spend, digests } = signed([signature, leaf, control])
    const leafHash = tapLeafHash(0xc0, leaf)
    const wanted = [NO_SEPARATOR, 5, 5, 14].map(separator =>
      hex(signatureHashTaproot(spend, 0, 0, undefined, { leafHash, separator })),
    )
    expect(digests).toEqual(wanted)
  })

  test('one hash of an output, though a script asks for thousands of signatures with SINGLE', () => {
    let reads = 0
    const large = new Uint8Array(100_000)
    const leaf = assemble(`0x20 0x${'79'.repeat(32)} ${'2DUP CHECKSIGVERIFY '.repeat(2000)} CHECKSIG`)
    const single = concatBytes(signature, Uint8Array.of(3))
    const pad = new Uint8Array(100_000).fill(0x50)
    const { tx, spent } = creditAndSpend(p2trScript(outputKey), emptyBytes, [single, leaf, control, pad])
    const output = {
      value: 0n,
      get script() {
        reads++
        return large
      },
    }
    const body: TransactionBody = { ...tx, outputs: [output] }
    const curve = observingCurve()
    expect(verifyInput(createSpendContext(body, spent), 0, FLAGS, curve)).toBeUndefined()
    expect(curve.digests).toHaveLength(2001)
    expect(reads).toBeLessThan(10)
    expect(toHex(curve.digests[0] as Uint8Array)).toBe(toHex(curve.digests[2000] as Uint8Array))
  })
})
