import { describe, expect, test } from '@jest/globals'
import { concatBytes, fromHex, toHex } from '@raistone/primitives'
import { Message } from '../src/sighash/message.js'

const FIRST_BUFFER = 512

/** Every way to write, and what it writes. */
const writes: readonly (readonly [string, (message: Message) => void, string])[] = [
  ['u8', message => message.u8(0xab), 'ab'],
  ['u32', message => message.u32(0xa1b2c3d4), 'd4c3b2a1'],
  ['u32, negative', message => message.u32(-2), 'feffffff'],
  ['i64', message => message.i64(-2n), 'feffffffffffffff'],
  ['raw', message => message.raw(fromHex('0102030405')), '0102030405'],
  ['a short range', message => message.rawRange(fromHex('0102030405'), 1, 4), '020304'],
  ['a long range', message => message.rawRange(new Uint8Array(100).fill(7), 10, 90), '07'.repeat(80)],
  ['fill', message => message.fill(0xee, 5), 'eeeeeeeeee'],
  ['a count of one byte', message => message.compactSize(0xfc), 'fc'],
  ['a count of three bytes', message => message.compactSize(0xfd), 'fdfd00'],
  ['a count of five bytes', message => message.compactSize(0x10000), 'fe00000100'],
  ['bytes behind their length', message => message.varBytes(fromHex('0a0b')), '020a0b'],
]

describe('a message that outgrows its buffer', () => {
  test.each(writes)('by %s is what was written, wherever that begins', (_name, write, written) => {
    const { length } = fromHex(written)
    for (let before = FIRST_BUFFER - length; before <= FIRST_BUFFER; before++) {
      const message = new Message().begin()
      message.fill(0x11, before)
      write(message)
      write(message)
      expect(toHex(message.take())).toBe(
        toHex(concatBytes(new Uint8Array(before).fill(0x11), fromHex(written + written))),
      )
    }
  })
})
