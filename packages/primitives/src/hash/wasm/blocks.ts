import { initialState } from './constants.js'
import { FunctionWriter, START } from './function-writer.js'
import { get, i32, loadFrom, set, storeTo, v128 } from './instructions.js'
import { DIGESTS, four, one } from './layout.js'
import { type Code, code, I32, V128, type WasmFunction } from './module.js'
import { lanes, type WordKind } from './words.js'

const VECTOR = 16

const shuffled = (a: Code, b: Code, bytes: Code): Code => code(a, b, v128.shuffle(bytes))

const SWAP = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]
/** The local with the bytes of each word the other way round: messages and digests are big-endian, memory is not. */
export const swapped = (local: number): Code => shuffled(get(local), get(local), SWAP)

const bytesOf = (words: readonly number[]): Code => words.flatMap(n => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3])
const lowHalves = bytesOf([0, 4, 1, 5])
const highHalves = bytesOf([2, 6, 3, 7])
const leftPairs = bytesOf([0, 1, 4, 5])
const rightPairs = bytesOf([2, 3, 6, 7])

/** The columns of four vectors of four words: words of four messages become lanes, and back. */
function transposed(f: FunctionWriter, rows: readonly Code[]): Code[] {
  const [a, b, c, d] = rows as [Code, Code, Code, Code]
  return [lowHalves, highHalves].flatMap(halves => {
    const ab = f.keep(shuffled(a, b, halves))
    const cd = f.keep(shuffled(c, d, halves))
    return [shuffled(ab, cd, leftPairs), shuffled(ab, cd, rightPairs)]
  })
}

/** `begin`: the state before the first block. */
export function begin(kind: WordKind, stateAt: number): WasmFunction {
  const f = new FunctionWriter(kind)
  f.store(stateAt, initialState.map(kind.constant))
  return f.end()
}

/** Copies vectors, with the bytes of their words the other way round. */
function copySwapped(from: Code, fromOffset: number, toOffset: number, length: number, local: number): Code {
  const offsets = Array.from({ length: length / VECTOR }, (_, i) => VECTOR * i)
  return code(
    ...offsets.flatMap(at => [
      loadFrom(from, fromOffset + at, v128.load),
      set(local),
      storeTo(START, toOffset + at, swapped(local), v128.store),
    ]),
  )
}

/** `load(from)`: the 64 bytes there become the words. */
export const load = (): WasmFunction => ({
  parameters: [I32],
  locals: [V128],
  body: copySwapped(get(0), 0, one.words, 64, 1),
})

/** `finish`: the state becomes a digest. */
export const finish = (): WasmFunction => ({
  parameters: [],
  locals: [V128],
  body: copySwapped(START, one.state, DIGESTS, 32, 0),
})

/** `loadFour(from, stride)`: 64 bytes of each of four messages, which lie so far apart, become the words. */
export function loadFour(): WasmFunction {
  const f = new FunctionWriter(lanes, [I32, I32])
  const [first, stride] = [0, 1]
  const addresses = [first, f.local(I32), f.local(I32), f.local(I32)]
  for (let i = 1; i < 4; i++) f.run(get(addresses[i - 1] as number), get(stride), i32.add, set(addresses[i] as number))
  for (let i = 0; i < 4; i++) {
    const rows = addresses.map(at => f.keep(swapped(f.assign(f.local(), loadFrom(get(at), VECTOR * i, v128.load)))))
    f.store(four.words + 4 * VECTOR * i, transposed(f, rows))
  }
  return f.end()
}

/** `finishFour(to)`: the states become four digests, one behind the other. */
export function finishFour(): WasmFunction {
  const f = new FunctionWriter(lanes, [I32])
  const words = f.words(four.state, 8)
  for (const half of [0, 1]) {
    transposed(f, words.slice(4 * half, 4 * half + 4)).forEach((row, message) => {
      const local = f.assign(f.local(), row)
      f.run(storeTo(get(0), 32 * message + VECTOR * half, swapped(local), v128.store))
    })
  }
  return f.end()
}
