import { describe, expect, test } from '@jest/globals'
import { DecodeError } from '@raistone/primitives'
import { readBlockFile, writeBlockFile } from '../src/block-file.js'

const blocks = [Uint8Array.of(1, 2, 3), Uint8Array.of(), new Uint8Array(300).fill(7)]

describe('block files', () => {
  test('read what was written, with offsets', () => {
    const bytes = writeBlockFile(blocks)
    expect(bytes.subarray(0, 8)).toEqual(Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda, 3, 0, 0, 0))
    const read = [...readBlockFile(bytes)]
    expect(read.map(({ raw }) => raw)).toEqual(blocks)
    expect(read.map(({ offset }) => offset)).toEqual([0, 11, 19])
  })

  test('cut short they yield what is whole, then a DecodeError that names the offset', () => {
    const reading = readBlockFile(writeBlockFile(blocks).subarray(0, 100))
    expect([reading.next().value, reading.next().value]).toMatchObject([{ offset: 0 }, { offset: 11 }])
    expect(() => reading.next()).toThrow(DecodeError)
    expect(() => [...readBlockFile(writeBlockFile(blocks).subarray(0, 21))]).toThrow(/offset 19/)
  })
})
