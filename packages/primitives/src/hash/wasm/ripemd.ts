import { FunctionWriter, START } from './function-writer.js'
import { DIGESTS } from './layout.js'
import type { Code, WasmFunction } from './module.js'
import { scalar } from './words.js'

const { and, constant, load, rotations, sum, xor } = scalar

/** Rounds of sixteen steps. */
const ROUNDS = 5
const STEPS = 16

const initialState = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]

const numbers = (text: string): readonly number[] => text.split(' ').map(Number)

/** One of the two lines of rounds: a round's constants, the order of its words and the shifts of its steps. */
interface Line {
  readonly constants: readonly number[]
  /** Of the first round; the next one takes, for each word, the one that `permutation` has for it. */
  readonly order: readonly number[]
  readonly shifts: readonly (readonly number[])[]
  /** Which function each round uses. */
  readonly functions: readonly number[]
}

const permutation = numbers('7 4 13 1 10 6 15 3 12 0 9 5 2 14 11 8')

const left: Line = {
  constants: [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e],
  order: Array.from({ length: STEPS }, (_, i) => i),
  shifts: [
    numbers('11 14 15 12 5 8 7 9 11 13 14 15 6 7 9 8'),
    numbers('7 6 8 13 11 9 7 15 7 12 15 9 11 7 13 12'),
    numbers('11 13 6 7 14 9 13 15 14 8 13 6 5 12 7 5'),
    numbers('11 12 14 15 14 15 9 8 9 14 5 6 8 6 5 12'),
    numbers('9 15 5 11 6 8 13 12 5 12 13 14 11 8 5 6'),
  ],
  functions: [0, 1, 2, 3, 4],
}

const right: Line = {
  constants: [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0],
  order: Array.from({ length: STEPS }, (_, i) => (9 * i + 5) % STEPS),
  shifts: [
    numbers('8 9 9 11 13 15 15 5 7 7 8 11 14 14 12 6'),
    numbers('9 13 15 7 12 8 9 11 7 7 12 7 6 15 13 11'),
    numbers('9 7 15 11 8 6 6 14 12 13 5 14 13 13 7 5'),
    numbers('15 5 8 11 14 14 6 14 6 9 12 9 12 5 15 8'),
    numbers('8 5 12 9 12 5 14 6 8 13 6 5 15 13 11 11'),
  ],
  functions: [4, 3, 2, 1, 0],
}

const not = (x: Code): Code => xor(x, constant(-1))
/** Bits of `a` where `mask` has ones, else of `b`. */
const chosen = (mask: Code, a: Code, b: Code): Code => xor(b, and(mask, xor(a, b)))

/** The five functions of bits; `x | ~y` is written as `~(~x & y)`. */
const functions: readonly ((x: Code, y: Code, z: Code) => Code)[] = [
  (x, y, z) => xor(x, y, z),
  (x, y, z) => chosen(x, y, z),
  (x, y, z) => xor(not(and(not(x), y)), z),
  (x, y, z) => chosen(z, x, y),
  (x, y, z) => xor(x, not(and(not(y), z))),
]

const leftwards = (x: Code, bits: number): Code => rotations(x, [32 - bits])

type State = readonly [Code, Code, Code, Code, Code]

/** The state after all rounds of a line. */
function run(f: FunctionWriter, line: Line, words: readonly Code[]): State {
  let [a, b, c, d, e]: State = initialState.map(constant) as unknown as State
  let order = line.order
  for (let round = 0; round < ROUNDS; round++) {
    const mix = functions[line.functions[round] as number] as (typeof functions)[number]
    const added = constant(line.constants[round] as number)
    for (let i = 0; i < STEPS; i++) {
      const mixed = sum(a, mix(b, c, d), words[order[i] as number] as Code, added)
      const next = f.keep(sum(leftwards(mixed, line.shifts[round]?.[i] as number), e))
      ;[a, e, d, c, b] = [e, d, f.keep(leftwards(c, 10)), b, next]
    }
    order = order.map(word => permutation[word] as number)
  }
  return [a, b, c, d, e]
}

/** What follows the words of a digest where that is the whole message: a one bit, zeros and the length in bits. */
const digestPadding = [0x80, 0, 0, 0, 0, 0, 256, 0]

/** RIPEMD-160 of the digest of 32 bytes at `DIGESTS`, in its place. Its words are little-endian, as memory is. */
export function ripemdOfDigest(): WasmFunction {
  const f = new FunctionWriter(scalar)
  const digest = Array.from({ length: 8 }, (_, i) => f.keep(load(START, DIGESTS + 4 * i)))
  const words = [...digest, ...digestPadding.map(constant)]
  const [a, b, c, d, e] = run(f, left, words)
  const [v, w, x, y, z] = run(f, right, words)
  const [h0, h1, h2, h3, h4] = initialState.map(constant) as unknown as State
  const state = [sum(h1, c, y), sum(h2, d, z), sum(h3, e, v), sum(h4, a, w), sum(h0, b, x)]
  f.store(DIGESTS, state)
  return f.end()
}
