import { describe, expect, test } from '@jest/globals'
import { get, i32, increase, repeatTimes, set } from '../src/hash/wasm/instructions.js'
import { assemble, code, I32, signed, unsigned, type WasmFunction } from '../src/hash/wasm/module.js'

describe('the assembler', () => {
  test('writes numbers as the format has them', () => {
    expect([0, 1, 127, 128, 624485, 0xffffffff].map(unsigned)).toEqual([
      ...[[0], [1], [0x7f], [0x80, 0x01], [0xe5, 0x8e, 0x26]],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
    ])
    expect([0, 63, 64, -1, -64, -65, -123456, 0x80000000, -0x80000000].map(signed)).toEqual([
      ...[[0], [0x3f], [0xc0, 0x00], [0x7f], [0x40], [0xbf, 0x7f], [0xc0, 0xbb, 0x78]],
      ...[
        [0x80, 0x80, 0x80, 0x80, 0x78],
        [0x80, 0x80, 0x80, 0x80, 0x78],
      ],
    ])
  })

  test('makes modules whose functions run, by their names', () => {
    const [from, times, sum] = [0, 1, 2]
    const adding: WasmFunction = {
      parameters: [I32, I32],
      result: I32,
      locals: [I32],
      body: code(repeatTimes(times, code(get(sum), get(from), i32.add, set(sum), increase(from, 200))), get(sum)),
    }
    const constant: WasmFunction = { parameters: [], result: I32, locals: [], body: i32.const(-123456) }
    const module = new WebAssembly.Module(assemble({ adding, constant }))
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(['adding', 'constant'])
    const memory = new WebAssembly.Memory({ initial: 1 })
    const exports = new WebAssembly.Instance(module, { js: { memory } }).exports as Record<
      string,
      (...numbers: number[]) => number
    >
    expect(exports.adding?.(7, 3)).toBe(7 + 207 + 407)
    expect(exports.adding?.(-5, 1)).toBe(-5)
    expect(exports.constant?.()).toBe(-123456)
  })
})
