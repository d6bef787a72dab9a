import fc from 'fast-check'
import type { Header } from '../../src/block.js'
import { concatBytes } from '../../src/codec/bytes.js'
import { toHex } from '../../src/codec/hex.js'
import type { BlockHash, MerkleRoot, Txid } from '../../src/ids.js'
import type { TransactionBody, TxIn, TxOut } from '../../src/transaction.js'

export const u32: fc.Arbitrary<number> = fc.nat({ max: 0xffffffff })
export const i64: fc.Arbitrary<bigint> = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })

/** Exactly so many bytes. */
export const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

/** An id in display order. */
export const hash = bytesOf(32).map(toHex)

/** Scripts as bytes; now and then so long that their length takes three bytes. */
export const script: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(252, 253, 300).map(length => new Uint8Array(length).fill(0xac)) },
)

const input = (witness: fc.Arbitrary<readonly Uint8Array[]>): fc.Arbitrary<TxIn> =>
  fc.record({
    prevout: fc.record({ txid: hash as fc.Arbitrary<Txid>, vout: u32 }),
    scriptSig: script,
    sequence: u32,
    witness,
  })

export const output: fc.Arbitrary<TxOut> = fc.record({ value: i64, script })

const bodyWith = (inputs: fc.Arbitrary<TxIn[]>): fc.Arbitrary<TransactionBody> =>
  fc.record({ version: u32, inputs, outputs: fc.array(output, { maxLength: 4 }), lockTime: u32 })

const upToFour = { minLength: 1, maxLength: 4 }
const bareInput = input(fc.constant([]))
const anyInput = input(fc.array(script, { maxLength: 3 }))

/** At least one input; some inputs have a witness, often none has. */
export const body: fc.Arbitrary<TransactionBody> = fc.oneof(
  { weight: 1, arbitrary: bodyWith(fc.array(bareInput, upToFour)) },
  { weight: 3, arbitrary: bodyWith(fc.array(anyInput, upToFour)) },
)

export const header: fc.Arbitrary<Header> = fc.record({
  version: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  prev: hash as fc.Arbitrary<BlockHash>,
  merkleRoot: hash as fc.Arbitrary<MerkleRoot>,
  time: u32,
  bits: u32,
  nonce: u32,
})

/** Bytes that are likely to mean something: lengths in every form, markers, the largest numbers. */
const telling = fc.constantFrom(
  [0x00],
  [0x01],
  [0x00, 0x01],
  [0xfd, 0x00, 0x00],
  [0xfd, 0xfd, 0x00],
  [0xfe, 0xff, 0xff, 0xff, 0xff],
  [0xfe, 0x00, 0x00, 0x00, 0x02],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
)

/** How bytes are damaged once: cut off, overwritten, or with something put in, taken out or repeated. */
export interface Damage {
  readonly how: 'cut' | 'flip' | 'overwrite' | 'insert' | 'remove' | 'repeat'
  readonly at: number
  readonly length: number
  readonly bytes: readonly number[]
}

const damage: fc.Arbitrary<Damage> = fc.record({
  how: fc.constantFrom('cut', 'flip', 'overwrite', 'insert', 'remove', 'repeat'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 40 }),
  bytes: fc.oneof(telling, fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 4 })),
})

function damageOnce(raw: Uint8Array, { how, at, length, bytes }: Damage): Uint8Array {
  const from = at % (raw.length + 1)
  const [before, after] = [raw.subarray(0, from), raw.subarray(from)]
  const given = Uint8Array.from(bytes)
  switch (how) {
    case 'cut':
      return before
    case 'flip':
      return raw.map((byte, i) => (i === from ? byte ^ (1 << (length & 7)) : byte))
    case 'overwrite':
      return concatBytes(before, given, after.subarray(given.length))
    case 'insert':
      return concatBytes(before, given, after)
    case 'remove':
      return concatBytes(before, after.subarray(length))
    case 'repeat':
      return concatBytes(before, after.subarray(0, length), after)
  }
}

/** One to three damages, one after the other. */
export const damages: fc.Arbitrary<(raw: Uint8Array) => Uint8Array> = fc
  .array(damage, { minLength: 1, maxLength: 3 })
  .map(list => raw => list.reduce(damageOnce, raw))
