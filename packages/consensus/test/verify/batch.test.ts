import { describe, expect, test } from '@jest/globals'
import { createTransaction, ZERO_HASH } from '@raistone/primitives'
import fc from 'fast-check'
import { batches, type Piece } from '../../src/verify/batch.js'
import { packPieces, unpackPieces } from '../../src/verify/packet.js'
import type { ScriptJob } from '../../src/verify/script-verifier.js'
import { input, outpoint, output, transaction } from '../support/bodies.js'

const jobOf = (inputs: number): ScriptJob => ({
  tx: transaction({ inputs: Array.from({ length: inputs }, (_, i) => input(outpoint(i))) }),
  spent: Array.from({ length: inputs }, () => output(1n)),
})

const inputsOf = (batch: readonly Piece[]): number => batch.reduce((sum, { from, to }) => sum + to - from, 0)
const sizes = (...inputs: number[]): number[] => [...batches(inputs.map(jobOf))].map(inputsOf)

describe('the batches of some jobs', () => {
  test('have every input once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 30 }), inputs => {
        const jobs = inputs.map(jobOf)
        const seen = [...batches(jobs)].flat().flatMap(({ job, index, from, to }) => {
          expect(job).toBe(jobs[index])
          return Array.from({ length: to - from }, (_, i) => `${index}/${from + i}`)
        })
        expect(seen).toEqual(inputs.flatMap((count, index) => Array.from({ length: count }, (_, i) => `${index}/${i}`)))
      }),
      { numRuns: 50 },
    )
  })

  test('are neither too small nor too large for a message', () => {
    expect(
      sizes(...new Array<number>(1000).fill(1))
        .slice(0, -1)
        .every(size => size === 48),
    ).toBe(true)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 100 }), inputs => {
        const [last, ...others] = sizes(...inputs).reverse() as [number, ...number[]]
        expect(last).toBeLessThanOrEqual(64)
        for (const size of others) expect(size >= 32 && size <= 64).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('keep a transaction together as long as it fits', () => {
    const together = (count: number): number => [...batches([jobOf(10), jobOf(count)])].length
    expect(together(38)).toBe(1)
    expect(together(39)).toBe(2)
    expect([...batches([jobOf(48)])]).toHaveLength(1)
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

describe('a packet', () => {
  test('has what was packed, numbered by its place', () => {
    fc.assert(
      fc.property(fc.array(anyPiece, { maxLength: 8 }), given => {
        const pieces = given.map((piece, i) => ({ ...piece, index: 100 + i }))
        const unpacked = unpackPieces(packPieces(pieces))
        // Whoever checks scripts asks for no ids.
        const nameless = pieces.map(({ job: { tx, spent }, ...piece }, index) => ({
          ...piece,
          job: { tx: { ...tx, txid: ZERO_HASH, wtxid: ZERO_HASH }, spent },
          index,
        }))
        expect(unpacked).toEqual(nameless)
      }),
    )
  })

  test('can be given away whole: its buffer holds nothing else', () => {
    const packet = packPieces([{ job: jobOf(3), index: 0, from: 0, to: 3 }])
    expect(packet.byteOffset).toBe(0)
    expect(packet.buffer.byteLength).toBe(packet.length)
  })
})
