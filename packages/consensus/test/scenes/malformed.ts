import { expect } from '@jest/globals'
import { type Block, concatBytes, createBlock, HEADER_SIZE } from '@raistone/primitives'
import { seededRandom } from '@raistone/testkit'
import { output, transaction } from '../support/bodies.js'
import { pay, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import type { Stage } from './stage/stage.js'

/** A block with a payment in it, as bytes. */
const sound = (stage: Stage): Block => stage.block({ transactions: [pay(stage.coin())] })

const head = ({ raw }: Block): Uint8Array => raw.subarray(0, HEADER_SIZE)
/** Behind the header and the count of a block that has one. */
const body = ({ raw }: Block): Uint8Array => raw.subarray(HEADER_SIZE + 1)
const counted = (block: Block, ...count: readonly number[]): Uint8Array =>
  concatBytes(head(block), Uint8Array.of(...count), body(block))

/** The raw transaction with bytes put in place of others. */
const spliced = (raw: Uint8Array, at: number, gone: number, ...put: readonly number[]): Uint8Array =>
  concatBytes(raw.subarray(0, at), Uint8Array.of(...put), raw.subarray(at + gone))

export const malformed: Theme = {
  name: 'bytes that are no block',
  scenes: [
    {
      name: 'a count in a longer form than needed',
      like: 'b64a b64',
      play: async stage => {
        const block = sound(stage)
        await stage.refuseBytes(counted(block, 0xfd, 2, 0))
        await stage.refuseBytes(counted(block, 0xfe, 2, 0, 0, 0))
        await stage.refuseBytes(counted(block, 0xff, 2, 0, 0, 0, 0, 0, 0, 0))
        expect(counted(block, 2)).toEqual(block.raw)
        await stage.accept(block)
      },
    },
    {
      name: 'a count that is too high or too low',
      play: async stage => {
        const block = sound(stage)
        for (const count of [[0], [1], [3], [0xfc], [0xfd, 0xff, 0xff], [0xfe, 0xff, 0xff, 0xff, 0xff]])
          await stage.refuseBytes(counted(block, ...count))
        await stage.refuseBytes(counted(block, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x80))
        await stage.accept(block)
      },
    },
    {
      name: 'the block up to any of its bytes',
      play: async stage => {
        const block = sound(stage)
        for (let length = 0; length < block.raw.length; length++) await stage.refuseBytes(block.raw.subarray(0, length))
        await stage.accept(block)
      },
    },
    {
      name: 'the block and more',
      play: async stage => {
        const block = sound(stage)
        await stage.refuseBytes(concatBytes(block.raw, Uint8Array.of(0)))
        await stage.refuseBytes(concatBytes(block.raw, block.raw))
        await stage.refuseBytes(concatBytes(Uint8Array.of(0), block.raw))
        await stage.accept(block)
      },
    },
    {
      name: 'a header without a count',
      play: async stage => {
        const block = sound(stage)
        await stage.refuseBytes(head(block))
        await stage.refuse(createBlock(block.header, []), 'bad-txnmrklroot', 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a transaction that announces witnesses and has none, or something unknown',
      play: async stage => {
        const tx = take(stage.openCoin())
        const block = stage.block({ transactions: [tx], commitment: false })
        const at = block.raw.length - tx.raw.length
        const before = block.raw.subarray(0, at)
        const lockTime = tx.raw.length - 4
        const superfluous = spliced(spliced(tx.raw, lockTime, 0, 0), 4, 0, 0, 1)
        const [noStacks, unknownFlag] = [
          spliced(tx.raw, 4, 0, 0, 1),
          spliced(spliced(tx.raw, lockTime, 0, 0), 4, 0, 0, 2),
        ]
        for (const raw of [superfluous, noStacks, unknownFlag]) await stage.refuseBytes(concatBytes(before, raw))
        await stage.accept(block)
      },
    },
    {
      name: 'a script or a witness item that is longer than what follows',
      play: async stage => {
        const block = sound(stage)
        const tx = block.transactions[1]!
        const at = block.raw.length - tx.raw.length
        // Version, marker, flag, count and outpoint before the length of the script.
        const scriptLength = at + 4 + 2 + 1 + 36
        expect(block.raw[scriptLength]).toBe(0)
        for (const length of [[0xfc], [0xfd, 0xff, 0xff], [0xfe, 0xff, 0xff, 0xff, 0x01], [0xfe, 0, 0, 0, 0xff]])
          await stage.refuseBytes(spliced(block.raw, scriptLength, 1, ...length))
        // Stack of two before the lock time: signature, key.
        const keyLength = block.raw.length - 4 - 34
        expect(block.raw[keyLength]).toBe(33)
        await stage.refuseBytes(spliced(block.raw, keyLength, 1, 34))
        await stage.refuseBytes(spliced(block.raw, keyLength, 1, 0xfd, 33, 0))
        await stage.accept(block)
      },
    },
    {
      name: 'a transaction with neither inputs nor outputs is one, and invalid',
      play: async stage => {
        await stage.refuse(
          stage.block({ transactions: [transaction({ inputs: [], outputs: [] })] }),
          'bad-txns-vin-empty',
        )
        await stage.mine({ transactions: [take(stage.openCoin(), [output(0n)])] })
      },
    },
    {
      name: 'anything at all, short or long',
      play: async stage => {
        const random = seededRandom(64)
        for (const length of [0, 1, 79, 80, 81, 200, 10_000, 1_000_000])
          await stage.refuseBytes(new Uint8Array(length).map(() => random() * 256))
        await stage.refuseBytes(new Uint8Array(4_000_000))
        await stage.refuseBytes(new Uint8Array(1_000_000).fill(0xff))
        await stage.mine()
      },
    },
  ],
}
