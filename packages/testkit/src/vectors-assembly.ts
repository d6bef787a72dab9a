import { concatBytes, fromHex } from '@raistone/primitives'
import { opcode, pushData, pushNumber } from '@raistone/script'

const opcodeBytes = new Map<string, number>(
  Object.entries(opcode)
    .filter(([, byte]) => byte >= opcode.OP_NOP)
    .flatMap(([name, byte]) => [
      [name, byte],
      [name.slice(3), byte],
    ]),
)
opcodeBytes.set('RESERVED', opcode.OP_RESERVED).set('OP_RESERVED', opcode.OP_RESERVED)

function word(text: string): Uint8Array {
  if (/^-?\d+$/.test(text)) return pushNumber(BigInt(text))
  if (text.startsWith('0x')) return fromHex(text.slice(2))
  if (text.startsWith("'")) return pushData(new TextEncoder().encode(text.slice(1, -1)))
  const byte = opcodeBytes.get(text)
  if (byte === undefined) throw new SyntaxError(`no opcode ${text}`)
  return Uint8Array.of(byte)
}

/** Compiles the short assembly of Core's test vectors: numbers, 0x raw bytes, 'text', opcodes. */
export const assemble = (text: string): Uint8Array =>
  concatBytes(
    ...text
      .split(/\s+/)
      .filter(part => part !== '')
      .map(word),
  )
