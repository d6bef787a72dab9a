import { describe, expect, test } from '@jest/globals'
import { concatBytes, fromHex, toHex } from '@raistone/primitives'
import { ScriptCursor } from '../src/script/cursor.js'
import { isMinimalNumber, parseScriptNumber } from '../src/script/number.js'
import { isMinimalPush, pushData } from '../src/script/push.js'

/** Whether the one push that the script is has the shortest form. */
function isShortest(script: Uint8Array): boolean {
  const at = new ScriptCursor(script)
  expect(at.advance() && at.next === script.length).toBe(true)
  return isMinimalPush(at)
}

describe('pushes', () => {
  test.each([
    [0, '00', '4c00'],
    [75, '4b', '4c4b'],
    [76, '4c4c', '4d4c00'],
    [255, '4cff', '4dff00'],
    [256, '4d0001', '4e00010000'],
    [65_535, '4dffff', '4effff0000'],
  ])('%i bytes are pushed behind %s; behind %s the push is longer than needed', (length, prefix, longer) => {
    const data = new Uint8Array(length)
    expect(toHex(pushData(data))).toBe(prefix + toHex(data))
    expect(isShortest(pushData(data))).toBe(true)
    expect(isShortest(concatBytes(fromHex(longer), data))).toBe(false)
  })

  test('65,536 bytes have the longest prefix, and need it', () => {
    const push = pushData(new Uint8Array(65_536))
    expect(toHex(push.subarray(0, 5))).toBe('4e00000100')
    expect(isShortest(push)).toBe(true)
  })

  test('-1 and 1 to 16 have opcodes of their own, 0 as a byte, 17 and 0x80 have not', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte)
    expect(bytes.filter(byte => !isShortest(Uint8Array.of(1, byte)))).toEqual([...bytes.slice(1, 17), 0x81])
  })
})

describe('numbers', () => {
  test('a number has no byte but its own, and its sign a byte only where it has no bit', () => {
    for (const hex of ['', '01', '7f', '81', 'ff00', 'ff80', '8000', '0001', '0081', 'ffffff7f', 'ffffffff00'])
      expect([hex, isMinimalNumber(fromHex(hex))]).toEqual([hex, true])
    for (const hex of ['00', '80', '0000', '0080', '0100', '0180', '7f00', '7f80', 'ff0000', 'ffff7f00'])
      expect([hex, isMinimalNumber(fromHex(hex))]).toEqual([hex, false])
  })

  test('at most four bytes are read as a number, or as many as are asked for', () => {
    expect(parseScriptNumber(fromHex('ffffff7f'), true)).toBe(0x7fffffff)
    expect(parseScriptNumber(fromHex('ffffffff'), true)).toBe(-0x7fffffff)
    expect(parseScriptNumber(fromHex('ffffffff00'), true)).toBeUndefined()
    expect(parseScriptNumber(fromHex('ffffffff00'), true, 5)).toBe(0xffffffff)
    expect(parseScriptNumber(fromHex('ffffffffff7f'), true, 6)).toBe(2 ** 47 - 1)
    expect(parseScriptNumber(fromHex('0080'), false)).toBe(0)
  })
})
