import { describe, expect, test } from '@jest/globals'
import { createTransaction, ZERO_HASH } from '@raistone/primitives'
import fc from 'fast-check'
import { batchesOf, type Piece } from '../../src/verify/batch.js'
import { Claims, taker } from '../../src/verify/claims.js'
import { packRun, unpackBatch } from '../../src/verify/packet.js'
import type { ScriptJob } from '../../src/verify/script-verifier.js'
import { input, outpoint, output, transaction } from '../support/bodies.js'

const jobOf = (inputs: number): ScriptJob => ({
  tx: transaction({ inputs: Array.from({ length: inputs }, (_, i) => input(outpoint(i))) }),
  spent: Array.from({ length: inputs }, () => output(1n)),
})

const inputsOf = (batch: readonly Piece[]): number => batch.reduce((sum, { from, to }) => sum + to - from, 0)
const sizes = (...inputs: number[]): number[] => batchesOf(inputs.map(jobOf)).map(inputsOf)

describe('the batches of some jobs', () => {
  test('have every input once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 30 }), inputs => {
        const jobs = inputs.map(jobOf)
        const seen = batchesOf(jobs)
          .flat()
          .flatMap(({ job, index, from, to }) => {
            expect(job).toBe(jobs[index])
            return Array.from({ length: to - from }, (_, i) => `${index}/${from + i}`)
          })
        expect(seen).toEqual(inputs.flatMap((count, index) => Array.from({ length: count }, (_, i) => `${index}/${i}`)))
      }),
      { numRuns: 50 },
    )
  })

  test('are neither too small nor too large for a message, and smaller towards the end so that threads end together', () => {
    const ones = sizes(...new Array<number>(1000).fill(1))
    expect(ones.slice(0, 17)).toEqual(new Array(17).fill(48))
    expect(ones.slice(17)).toEqual([46, 34, 26, 19, 14, 11, 8, 6, 6, 6, 6, 2])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 100 }), inputs => {
        let left = inputs.reduce((sum, count) => sum + count, 0)
        for (const size of sizes(...inputs)) {
          const room = Math.min(48, Math.max(6, left / 4))
          // One transaction may be larger than the room.
          expect(size).toBeLessThanOrEqual(Math.max(room, 16))
          expect(size).toBeGreaterThan(Math.min(left - 1, room - 17))
          left -= size
        }
      }),
      { numRuns: 50 },
    )
  })

  test('keep a transaction together as long as it fits', () => {
    const together = (...counts: number[]): number => batchesOf([...counts, 400].map(jobOf))[0]?.length as number
    expect(together(10, 38)).toBe(2)
    expect(together(10, 39)).toBe(1)
    expect(sizes(48)).toEqual([48])
    expect(sizes(49)).toEqual([48, 1])
  })

  test('cut the largest transactions into few parts, since each carries all of it', () => {
    expect(sizes(1000)).toHaveLength(16)
    expect(sizes(20_000)).toHaveLength(16)
    expect(Math.max(...sizes(20_000))).toBe(1250)
  })

  test('of nothing are none', () => {
    expect(sizes()).toEqual([])
  })
})

const anyOutput = fc.record({
  value: fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
  script: fc.uint8Array({ maxLength: 300 }),
})
const anyInput = fc.record({
  prevout: fc.nat(1000).map(outpoint),
  scriptSig: fc.uint8Array({ maxLength: 100 }),
  sequence: fc.integer({ min: 0, max: 0xffffffff }),
  witness: fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 3 }),
})
const anyPiece: fc.Arbitrary<Omit<Piece, 'index'>> = fc
  .record({
    inputs: fc.array(anyInput, { minLength: 1, maxLength: 6 }),
    outputs: fc.array(anyOutput, { minLength: 1, maxLength: 3 }),
    spent: fc.array(anyOutput, { minLength: 6, maxLength: 6 }),
    ends: fc.tuple(fc.nat(6), fc.nat(6)),
  })
  .map(({ inputs, outputs, spent, ends: [a, b] }) => ({
    job: {
      tx: createTransaction({ version: 2, inputs, outputs, lockTime: 7 }),
      spent: spent.slice(0, inputs.length),
    },
    from: Math.min(a, b, inputs.length),
    to: Math.min(Math.max(a, b), inputs.length),
  }))

describe('a packed run', () => {
  test('has what was packed, numbered by its place in the batch', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyPiece, { maxLength: 5 }), { maxLength: 4 }), given => {
        const batches = given.map(pieces => pieces.map((piece, i) => ({ ...piece, index: 100 + i })))
        const { memory, offsets } = packRun(batches)
        // Whoever checks scripts asks for no ids.
        const nameless = batches.map(pieces =>
          pieces.map(({ job: { tx, spent }, ...piece }, index) => ({
            ...piece,
            job: { tx: { ...tx, txid: ZERO_HASH, wtxid: ZERO_HASH }, spent },
            index,
          })),
        )
        expect(offsets.map(offset => unpackBatch(memory, offset))).toEqual(nameless)
      }),
      { numRuns: 50 },
    )
  })

  test('has a transaction that was cut once', () => {
    const job = jobOf(1000)
    const batches = batchesOf([job])
    expect(batches).toHaveLength(16)
    const packed = packRun(batches)
    expect(packed.memory.byteLength).toBeLessThan(job.tx.raw.length * 1.5)
    expect(packed.offsets.map(offset => unpackBatch(packed.memory, offset)[0]?.to)).toEqual(
      batches.map(([piece]) => piece?.to),
    )
  })
})

describe('claims', () => {
  const claimsOf = (count: number): Claims => {
    const claims = new Claims(new SharedArrayBuffer(Claims.size(count)), count)
    claims.begin()
    return claims
  }

  test('are had once, until they are released', () => {
    const claims = claimsOf(3)
    expect([claims.takerOf(1), claims.take(1, taker.thread), claims.take(1, taker.here)]).toEqual([
      undefined,
      true,
      false,
    ])
    expect([claims.takerOf(0), claims.takerOf(1), claims.takerOf(2)]).toEqual([undefined, taker.thread, undefined])
    claims.release(1)
    expect([claims.take(1, taker.here), claims.takerOf(1)]).toEqual([true, taker.here])
  })

  test('are of no use above the lowest failure', () => {
    const claims = claimsOf(9)
    const open = (): number[] => [0, 1, 2, 3, 4, 5, 6, 7, 8].filter(order => claims.matters(order))
    expect(open()).toHaveLength(9)
    for (const failed of [6, 8, 3, 4]) claims.stopAfter(failed)
    expect(open()).toEqual([0, 1, 2, 3])
    expect([claims.take(4, taker.here), claims.take(3, taker.here)]).toEqual([false, true])
    claims.stop()
    expect(open()).toEqual([])
    claims.stopAfter(2)
    expect(open()).toEqual([])
  })
})
