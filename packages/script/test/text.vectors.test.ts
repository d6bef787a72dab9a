import { expect, test } from '@jest/globals'
import { fromHex, toHex } from '@raistone/primitives'
import { scriptToAsm } from '../src/script/asm.js'
import { parseScriptNumber, scriptNumber } from '../src/script/number.js'
import { classifyScript } from '../src/templates/classify.js'
import { readVectors, vectorSuite } from './support/vectors.js'

interface Decoded {
  readonly asm: string
  readonly type: string
}

vectorSuite('scripts as text', () => {
  test('decodescript: asm and type', () => {
    for (const [hex, wanted] of readVectors<[string, Decoded][]>('rpc/rpc_decodescript.json')) {
      const script = fromHex(hex)
      expect({ hex, asm: scriptToAsm(script), type: classifyScript(script).type }).toEqual({
        hex,
        asm: wanted.asm,
        type: wanted.type,
      })
    }
  })

  test('script numbers in both directions', () => {
    const rows = readVectors<{ hex: string; number: number; bytes?: number }[]>('encoding/script_number.json')
    for (const { hex, number, bytes } of rows) {
      expect(toHex(scriptNumber(number))).toBe(hex)
      expect(parseScriptNumber(fromHex(hex), true, bytes)).toBe(number)
    }
    expect(rows).toHaveLength(54)
  })
})
