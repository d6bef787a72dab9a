import { expect, test } from '@jest/globals'
import { concatBytes, type TransactionBody, type Txid, type TxOut, toHex } from '@raistone/primitives'
import fc from 'fast-check'
import { pushData } from '../../src/script/push.js'
import { signatureHashLegacy } from '../../src/sighash/legacy.js'
import { createSpendContext, type SpendContext } from '../../src/sighash/spend-context.js'
import { annexHash, signatureHashTaproot } from '../../src/sighash/taproot.js'
import { signatureHashV0 } from '../../src/sighash/witness-v0.js'
import { plainLegacy, plainTaproot, plainV0 } from '../support/plain-sighash.js'

const u32 = fc.nat({ max: 0xffffffff })
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const script = fc.uint8Array({ maxLength: 300, size: 'max' })
const output: fc.Arbitrary<TxOut> = fc.record({ value: fc.bigInt({ min: 0n, max: 2n ** 51n }), script })

/** A transaction with one to four inputs and the outputs that they spend. */
const spends = fc
  .record({
    version: u32,
    lockTime: u32,
    inputs: fc.array(
      fc.record({
        prevout: fc.record({ txid: bytes32.map(toHex) as fc.Arbitrary<Txid>, vout: u32 }),
        scriptSig: script,
        sequence: u32,
        witness: fc.array(script, { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(output, { maxLength: 4 }),
    spent: fc.array(output, { minLength: 4, maxLength: 4 }),
  })
  .map(({ spent, ...tx }) => ({ tx, spent: spent.slice(0, tx.inputs.length) }))

/** Scripts of whole operations, as separators and what lies between them. */
const pieces = fc.array(fc.uint8Array({ maxLength: 100 }).map(pushData), { minLength: 1, maxLength: 4 })
const leaf = fc.record({ leafHash: bytes32, separator: u32 })
const hashTypes = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 0x81, 0x82, 0x83),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
)
const definedForTaproot = fc.constantFrom(0, 1, 2, 3, 0x81, 0x82, 0x83)
const annexes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined })

/** One signature to be hashed; `input` is taken modulo the number of inputs. */
const questions = fc.array(
  fc.record({
    input: fc.nat(),
    kind: fc.constantFrom('legacy', 'v0', 'taproot'),
    pieces,
    hashTypes,
    definedForTaproot,
    annexes,
    leaf: fc.option(leaf, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
)
type Question = typeof questions extends fc.Arbitrary<(infer Q)[]> ? Q : never

const hex = (digest: Uint8Array | undefined): string => (digest ? toHex(digest) : 'none')
const withSeparators = (parts: readonly Uint8Array[]): Uint8Array =>
  concatBytes(...parts.flatMap(part => [Uint8Array.of(0xab), part]))

function fast(spend: SpendContext, { input, kind, pieces: parts, ...q }: Question): string {
  const index = input % spend.tx.inputs.length
  if (kind === 'legacy') return hex(signatureHashLegacy(spend, index, withSeparators(parts), q.hashTypes))
  if (kind === 'v0') return hex(signatureHashV0(spend, index, withSeparators(parts), q.hashTypes))
  return hex(signatureHashTaproot(spend, index, q.definedForTaproot, q.annexes && annexHash(q.annexes), q.leaf))
}

function plain(tx: TransactionBody, spent: readonly TxOut[], { input, kind, pieces: parts, ...q }: Question): string {
  const index = input % tx.inputs.length
  if (kind === 'legacy') return hex(plainLegacy(tx, index, concatBytes(...parts), q.hashTypes))
  if (kind === 'v0') return hex(plainV0(tx, index, withSeparators(parts), (spent[index] as TxOut).value, q.hashTypes))
  return hex(plainTaproot(tx, spent, index, q.definedForTaproot, q.annexes, q.leaf))
}

test('what a context keeps for its inputs gives the hashes that each would have alone, in whatever order they are asked', () => {
  fc.assert(
    fc.property(spends, questions, ({ tx, spent }, asked) => {
      const shared = createSpendContext(tx, spent)
      for (const question of [...asked, ...asked]) expect(fast(shared, question)).toBe(plain(tx, spent, question))
    }),
    { numRuns: 200 },
  )
})
