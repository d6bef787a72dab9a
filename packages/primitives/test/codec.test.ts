import { describe, expect, test } from '@jest/globals'
import { DecodeError } from '../src/codec/decode-error.js'
import { fromHex } from '../src/codec/hex.js'
import { Reader } from '../src/codec/reader.js'
import { decodeTransaction } from '../src/transaction.js'

const errorOf = (read: () => unknown): unknown => {
  try {
    read()
    return undefined
  } catch (error) {
    return error
  }
}

describe('transactions', () => {
  const oneInput = `01${'00'.repeat(32)}0000000000ffffffff`
  test.each([
    ['a witness section of empty stacks', `020000000001${oneInput}000000000000`, 'superfluous witness record'],
    ['an unknown flag', `020000000002${oneInput}0000000000`, 'unknown transaction optional data'],
    ['a longer length than needed', `02000000fd0100${oneInput.slice(2)}0000000000`, 'non-canonical compact size'],
    ['a count nothing can hold', '02000000feffffffff', 'compact size too large'],
    ['a count beyond the end', '02000000fdffff00', 'end of data'],
  ])('%s is refused', (_, hex, what) => {
    const error = errorOf(() => decodeTransaction(fromHex(hex)))
    expect(error).toBeInstanceOf(DecodeError)
    expect((error as DecodeError).what).toContain(what)
  })
})

test('fields are never read past the end', () => {
  for (const read of ['u8', 'u16', 'u32', 'i32', 'u64', 'i64'] as const)
    expect(errorOf(() => new Reader(new Uint8Array(0))[read]())).toBeInstanceOf(DecodeError)
})
