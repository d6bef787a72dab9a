import { FunctionWriter, START } from './function-writer.js'
import { get, v128 } from './instructions.js'
import { four, one } from './layout.js'
import { type Code, code, V128, type WasmFunction } from './module.js'
import { Rounds, type Turn } from './rounds.js'
import { lanes, scalar } from './words.js'

const ROUNDS = 64
/** Words of a block; each further one is made of those 16, 15, 7 and 2 places before it. */
const BLOCK = 16

const sigma0 = (x: Code): Code => lanes.xor(lanes.rotations(x, [7, 18]), lanes.shift(x, 3))
const sigma1 = (x: Code): Code => lanes.xor(lanes.rotations(x, [17, 19]), lanes.shift(x, 10))

/** The word that comes after sixteen words of four messages. */
function nextWord(f: FunctionWriter, words: readonly Code[]): Code {
  const [w0, w1, w9, w14] = [0, 1, 9, 14].map(i => words[i]) as [Code, Code, Code, Code]
  return f.keep(lanes.sum(w0, sigma0(f.keep(w1)), w9, sigma1(f.keep(w14))))
}

/** Rounds of four messages that are written out. */
const TURN = 8

/** Brings the states of four messages forward by the blocks in their words, and leaves all 64 words. */
export function compressFour(): WasmFunction {
  const f = new FunctionWriter(lanes)
  const rounds = new Rounds(f, four.state)
  const constants = f.words(four.constants, TURN, rounds.here)
  // The words of sixteen rounds later are made between the rounds: then there is always something that need not wait.
  const turn =
    (ahead: boolean): Turn =>
    take => {
      const words = f.words(four.words, BLOCK, rounds.here)
      for (const [i, constant] of constants.entries()) {
        words[i] = f.keep(words[i] as Code)
        take(constant, words[i] as Code)
        if (!ahead) continue
        words.push(nextWord(f, words.slice(i)))
        f.run(lanes.store(rounds.here, four.words + lanes.size * (BLOCK + i), words[BLOCK + i] as Code))
      }
    }
  rounds
    .turns(TURN, ROUNDS - BLOCK, turn(true))
    .turns(TURN, ROUNDS, turn(false))
    .end()
  return f.end()
}

/** Brings the states of four messages of 64 bytes forward by the block that pads them, of which all is known. */
export function compressPaddingFour(): WasmFunction {
  const f = new FunctionWriter(lanes)
  const rounds = new Rounds(f, four.state)
  const sums = f.words(four.paddingSums, TURN, rounds.here)
  rounds
    .turns(TURN, ROUNDS, take => {
      for (const sum of sums) take(sum)
    })
    .end()
  return f.end()
}

/** Four words from the second of eight on, or from another place. */
const wordsFrom = (place: number, a: Code, b: Code): Code =>
  code(a, b, v128.shuffle(Array.from({ length: 16 }, (_, i) => 4 * place + i)))

const ZERO = lanes.constant(0)

/** The four words that come after sixteen words of one message, all four in a vector. */
function nextVector(f: FunctionWriter, [v0, v4, v8, v12]: readonly [Code, Code, Code, Code]): Code {
  const keep = (vector: Code): Code => f.keep(vector, V128)
  const old = keep(lanes.sum(v0, sigma0(keep(wordsFrom(1, v0, v4))), wordsFrom(1, v8, v12)))
  // The last two need the first two: those come first, with zeros, which add nothing, in the others' places.
  const half = keep(lanes.sum(old, sigma1(keep(wordsFrom(2, v12, ZERO)))))
  return keep(lanes.sum(half, sigma1(keep(wordsFrom(2, ZERO, half)))))
}

/**
 * Brings the state of one message forward by the block in its words, and leaves all 64 words, added to the constants of
 * their rounds. Words are made four at once, with vectors, which a processor does beside the rounds' plain numbers.
 */
export function compress(): WasmFunction {
  const f = new FunctionWriter(scalar)
  const rounds = new Rounds(f, one.state)
  const offsets = [0, 1, 2, 3].map(i => lanes.size * i)
  const vectors = offsets.map(at => f.assign(f.local(V128), lanes.load(START, one.words + at)))
  const storeSums = (address: Code, at: number, words: Code): void =>
    f.run(lanes.store(address, one.sums + at, lanes.sum(words, lanes.load(address, one.constants + at))))
  for (const [i, at] of offsets.entries()) storeSums(START, at, get(vectors[i] as number))

  const sums = f.words(one.sums, BLOCK, rounds.here)
  rounds.turns(BLOCK, ROUNDS - BLOCK, take => {
    let last = vectors.map(get) as unknown as [Code, Code, Code, Code]
    for (const [i, at] of offsets.entries()) {
      const next = nextVector(f, last)
      storeSums(rounds.here, scalar.size * BLOCK + at, next)
      last = [last[1], last[2], last[3], next]
      for (const sum of sums.slice(4 * i, 4 * i + 4)) take(sum)
    }
    for (const [i, vector] of vectors.entries()) f.assign(vector, last[i] as Code)
  })
  rounds.turns(BLOCK, ROUNDS, take => {
    for (const sum of sums) take(sum)
  })
  rounds.end()
  return f.end()
}
