import { concatBytes, emptyBytes, fromHex } from '@raistone/primitives'
import fc from 'fast-check'
import { opcode } from '../../src/opcodes/opcode.js'
import { opcodeRows } from '../../src/opcodes/table.js'
import { pushData, pushNumber } from '../../src/script/push.js'

type Bytes = fc.Arbitrary<Uint8Array>

/** So many bytes of one value. */
export const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const op = (byte: number): Uint8Array => Uint8Array.of(byte)
const joined = (parts: readonly Uint8Array[]): Uint8Array => concatBytes(...parts)

const small = fc.integer({ min: -2, max: 20 })
const integer = fc.oneof(
  { weight: 8, arbitrary: small },
  { weight: 2, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 }) },
  { weight: 1, arbitrary: fc.constantFrom(998, 999, 1000, 499_999_999, 500_000_000, 2 ** 32 - 1, 2 ** 39 - 1) },
)
const lengths = fc.constantFrom(0, 1, 4, 5, 20, 32, 75, 76, 255, 256, 519, 520, 521)
/** Items of lengths at the limits. */
export const filledItem = fc.tuple(lengths, fc.constantFrom(0, 1, 0x50, 0x80, 0xff)).map(([n, byte]) => filled(n, byte))

const hashType = fc.constantFrom(0, 1, 1, 1, 2, 3, 0x81, 0x83, 4, 0xff)
const lowS = fromHex('3006020101020101')
const highS = concatBytes(fromHex('302502010102207f'), filled(31, 0xff))
const noDer = fromHex('300602010102ff01')
/** Signatures of every form, right and wrong; whether one holds is for the curve to say. */
export const signature: Bytes = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(lowS, lowS, lowS, highS, noDer), hashType)
      .map(([s, t]) => concatBytes(s, op(t))),
  },
  { weight: 2, arbitrary: fc.constantFrom(filled(64, 1), filled(64, 2), filled(63, 1)) },
  { weight: 2, arbitrary: hashType.map(type => concatBytes(filled(64, 1), op(type))) },
  { weight: 2, arbitrary: fc.constant(emptyBytes) },
)
/** Public keys of every form, and some that are none. */
export const publicKey: Bytes = fc
  .constantFrom<readonly [length: number, first: number]>(
    [33, 2],
    [33, 3],
    [65, 4],
    [65, 6],
    [32, 9],
    [32, 9],
    [33, 4],
    [1, 5],
    [0, 0],
  )
  .map(([length, first]) => {
    const key = filled(length, 7)
    if (length > 0) key[0] = first
    return key
  })

const item: Bytes = fc.oneof(
  { weight: 6, arbitrary: integer.map(pushNumber) },
  { weight: 1, arbitrary: filledItem.map(pushData) },
  { weight: 1, arbitrary: fc.oneof(signature, publicKey).map(pushData) },
)

const anyOpcode = fc.constantFrom(...Object.values(opcode)).map(op)
/** Operations on the stacks: none of these branches, ends the script by itself or checks a signature. */
const plainOpcode = fc
  .constantFrom(...opcodeRows.filter(({ byte }) => byte > opcode.OP_RETURN && byte < opcode.OP_CODESEPARATOR))
  .map(({ byte }) => op(byte))

const call = fc.tuple(fc.array(item, { maxLength: 4 }), plainOpcode).map(([items, run]) => concatBytes(...items, run))

const checkSig = fc
  .tuple(signature, publicKey, fc.constantFrom(opcode.OP_CHECKSIG, opcode.OP_CHECKSIG, opcode.OP_CHECKSIGVERIFY))
  .map(([sig, key, check]) => concatBytes(pushData(sig), pushData(key), op(check)))

const checkSigAdd = fc
  .tuple(signature, small, publicKey)
  .map(([sig, n, key]) => concatBytes(pushData(sig), pushNumber(n), pushData(key), op(opcode.OP_CHECKSIGADD)))

const multisig = fc
  .tuple(
    fc.constantFrom(0, 0, 0, 1),
    fc.array(signature, { maxLength: 3 }),
    fc.array(publicKey, { maxLength: 4 }),
    fc.constantFrom(opcode.OP_CHECKMULTISIG, opcode.OP_CHECKMULTISIGVERIFY),
  )
  .map(([dummy, sigs, keys, check]) =>
    joined([
      pushNumber(dummy),
      ...sigs.map(pushData),
      pushNumber(sigs.length),
      ...keys.map(pushData),
      pushNumber(keys.length),
      op(check),
    ]),
  )

const lockTime = fc
  .tuple(integer, fc.constantFrom(opcode.OP_CHECKLOCKTIMEVERIFY, opcode.OP_CHECKSEQUENCEVERIFY))
  .map(([n, check]) => concatBytes(pushNumber(n), op(check), op(opcode.OP_DROP)))

/** The same signature and key, again and again: more often than any script may. */
export const checkOften: Bytes = fc.tuple(signature, publicKey, fc.constantFrom(3, 21, 250)).map(([sig, key, n]) => {
  const again = Uint8Array.of(opcode.OP_2DUP, opcode.OP_CHECKSIGVERIFY)
  return concatBytes(pushData(sig), pushData(key), ...new Array<Uint8Array>(n).fill(again))
})

const once: Bytes = fc.oneof(
  { weight: 5, arbitrary: call },
  { weight: 3, arbitrary: item },
  { weight: 2, arbitrary: checkSig },
  { weight: 2, arbitrary: multisig },
  { weight: 1, arbitrary: checkSigAdd },
  { weight: 1, arbitrary: lockTime },
  { weight: 1, arbitrary: fc.constant(op(opcode.OP_CODESEPARATOR)) },
  { weight: 1, arbitrary: anyOpcode },
)
const repeated = fc
  .tuple(once, fc.constantFrom(2, 20, 202, 340))
  .map(([part, n]) => joined(new Array<Uint8Array>(n).fill(part.subarray(0, 100))))

const { parts } = fc.letrec<{ parts: Uint8Array; branch: Uint8Array }>(tie => ({
  branch: fc
    .tuple(fc.constantFrom(-1, 0, 1, 1, 2), fc.constantFrom(opcode.OP_IF, opcode.OP_NOTIF), tie('parts'), tie('parts'))
    .map(([n, branch, then, otherwise]) =>
      joined([pushNumber(n), op(branch), then, op(opcode.OP_ELSE), otherwise, op(opcode.OP_ENDIF)]),
    ),
  parts: fc
    .array(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 20, arbitrary: once },
        { weight: 2, arbitrary: tie('branch') },
        { weight: 1, arbitrary: repeated },
        { weight: 1, arbitrary: checkOften },
      ),
      { maxLength: 6 },
    )
    .map(joined),
}))

/** A byte changed, a part cut off, or bytes put between. */
const damaged = (script: Bytes): Bytes =>
  fc
    .tuple(script, fc.nat(), fc.constantFrom('change', 'cut', 'insert'), fc.uint8Array({ maxLength: 3 }))
    .map(([bytes, where, how, noise]) => {
      const at = where % (bytes.length + 1)
      const kept = bytes.subarray(0, at)
      if (how === 'cut') return kept
      return concatBytes(kept, noise, bytes.subarray(how === 'change' ? at + noise.length : at))
    })

/** Scripts that get somewhere: operations with operands, branches, signature checks, repetitions; one in six damaged. */
export const script: Bytes = fc
  .oneof({ weight: 5, arbitrary: parts }, { weight: 1, arbitrary: damaged(parts) })
  .chain(body => fc.constantFrom(body, concatBytes(body, op(opcode.OP_1))))
