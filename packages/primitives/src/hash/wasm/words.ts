import { i32, loadFrom, storeTo, v128 } from './instructions.js'
import { type Code, code, I32, V128, type ValueType } from './module.js'

/** What SHA-256 does with words, written as instructions over one kind of them. */
export interface WordKind {
  readonly type: ValueType
  /** Bytes of a word in memory. */
  readonly size: number
  constant(n: number): Code
  sum(...terms: readonly Code[]): Code
  xor(...terms: readonly Code[]): Code
  and(a: Code, b: Code): Code
  /** Exclusive or of rotations to the right; `x` is evaluated several times. */
  rotations(x: Code, bits: readonly number[]): Code
  load(address: Code, offset: number): Code
  store(address: Code, offset: number, x: Code): Code
}

/** The terms combined from left to right. */
const combined = ([first = [], ...others]: readonly Code[], operator: Code): Code =>
  code(first, ...others.map(term => code(term, operator)))

const operators = ({ add, and, xor }: Record<'add' | 'and' | 'xor', Code>): Pick<WordKind, 'sum' | 'and' | 'xor'> => ({
  sum: (...terms) => combined(terms, add),
  and: (a, b) => code(a, b, and),
  xor: (...terms) => combined(terms, xor),
})

const shift = (x: Code, bits: number, instruction: Code): Code => code(x, i32.const(bits), instruction)

/** One number of 32 bits. */
export const scalar: WordKind = {
  ...operators(i32),
  type: I32,
  size: 4,
  constant: i32.const,
  rotations: (x, bits) =>
    combined(
      bits.map(n => shift(x, n, i32.rotr)),
      i32.xor,
    ),
  load: (address, offset) => loadFrom(address, offset, i32.load),
  store: (address, offset, x) => storeTo(address, offset, x, i32.store),
}

/** Four numbers side by side, of which each is treated in the same way. They do not rotate: it takes two shifts. */
export const lanes: WordKind & { shift(x: Code, bits: number): Code } = {
  ...operators(v128),
  type: V128,
  size: 16,
  constant: n => code(i32.const(n), v128.splat),
  rotations: (x, bits) =>
    combined(
      bits.flatMap(n => [shift(x, n, v128.shr_u), shift(x, 32 - n, v128.shl)]),
      v128.xor,
    ),
  /** To the right. */
  shift: (x, bits) => shift(x, bits, v128.shr_u),
  load: (address, offset) => loadFrom(address, offset, v128.load),
  store: (address, offset, x) => storeTo(address, offset, x, v128.store),
}
