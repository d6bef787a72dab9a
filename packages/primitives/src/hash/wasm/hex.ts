import { FunctionWriter } from './function-writer.js'
import { get, i8x16, i16x8, i32, increase, loadFrom, repeatTimes, storeTo, v128 } from './instructions.js'
import { type Code, code, I32, type WasmFunction } from './module.js'
import { lanes } from './words.js'

const splat = (byte: number): Code => code(i32.const(byte), i8x16.splat)
const upTo = (x: Code, most: number): Code => code(x, splat(most), i8x16.le_u)
const LOWER_CASE = 0x20

/** The values of sixteen hex digits, which are ASCII of either case; `valid` becomes zero where there is another character. */
function values(f: FunctionWriter, characters: Code, valid: number): Code {
  const digit = f.keep(code(characters, splat(0x30), i8x16.sub))
  const letter = f.keep(code(characters, splat(LOWER_CASE), v128.or, splat(0x61), i8x16.sub))
  const isDigit = f.keep(upTo(digit, 9))
  f.assign(valid, code(get(valid), isDigit, upTo(letter, 5), v128.or, v128.and))
  return f.keep(code(digit, letter, splat(10), i8x16.add, isDigit, v128.bitselect))
}

/** Bytes of which each is made of two values in a row; they are in the lower halves of numbers of two bytes. */
const joinedValues = (f: FunctionWriter, x: Code): Code =>
  f.keep(code(x, i32.const(4), i16x8.shl, x, i32.const(8), i16x8.shr_u, v128.or))

/** The lower halves of the numbers of two vectors, last to first. */
const backwards = Array.from({ length: 16 }, (_, i) => 30 - 2 * i)

/** See `Sha256Functions`. */
export function readIds(): WasmFunction {
  const [from, count] = [0, 1]
  const f = new FunctionWriter(lanes, [I32, I32])
  const to = f.local(I32)
  const valid = f.local()
  f.assign(to, get(from))
  f.assign(valid, splat(0xff))
  const id = f.block(() => {
    for (const half of [0, 1]) {
      const [first, second] = [0, 16].map(at =>
        joinedValues(f, values(f, f.keep(loadFrom(get(from), 32 * half + at, v128.load)), valid)),
      ) as [Code, Code]
      f.run(storeTo(get(to), 16 - 16 * half, code(first, second, v128.shuffle(backwards)), v128.store))
    }
    f.run(increase(from, 64), increase(to, 32))
  })
  f.run(repeatTimes(count, id), get(valid), i8x16.all_true)
  return f.end(I32)
}
