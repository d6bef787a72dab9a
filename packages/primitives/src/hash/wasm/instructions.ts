import { type Code, code, signed, unsigned } from './module.js'

// Names are those of the WebAssembly specification.

const simd = (opcode: number): Code => code([0xfd], unsigned(opcode))
const ALIGNED_4 = [2]
const ALIGNED_16 = [4]

export const i32 = {
  const: (n: number): Code => code([0x41], signed(n)),
  load: code([0x28], ALIGNED_4),
  store: code([0x36], ALIGNED_4),
  lt_s: [0x48],
  ctz: [0x68],
  add: [0x6a],
  sub: [0x6b],
  and: [0x71],
  xor: [0x73],
  shr_u: [0x76],
  rotr: [0x78],
} as const

/** Where lanes matter they are four of 32 bits (i32x4). */
export const v128 = {
  load: code(simd(0x00), ALIGNED_16),
  load32_splat: code(simd(0x09), ALIGNED_4),
  store: code(simd(0x0b), ALIGNED_16),
  const: (bytes: Code): Code => code(simd(0x0c), bytes),
  /** Sixteen of the 32 bytes of two vectors. */
  shuffle: (bytes: Code): Code => code(simd(0x0d), bytes),
  splat: simd(0x11),
  le_u: simd(0x3e),
  and: simd(0x4e),
  or: simd(0x50),
  xor: simd(0x51),
  /** Bits of the first where the third has ones, else of the second. */
  bitselect: simd(0x52),
  /** A bit for each lane: its highest one. */
  bitmask: simd(0xa4),
  shl: simd(0xab),
  shr_u: simd(0xad),
  add: simd(0xae),
} as const

/** Vectors as sixteen bytes. */
export const i8x16 = {
  splat: simd(0x0f),
  le_u: simd(0x2a),
  all_true: simd(0x63),
  add: simd(0x6e),
  sub: simd(0x71),
} as const

/** Vectors as eight numbers of two bytes. */
export const i16x8 = {
  shl: simd(0x8b),
  shr_u: simd(0x8d),
} as const

export const get = (local: number): Code => code([0x20], unsigned(local))
export const set = (local: number): Code => code([0x21], unsigned(local))
export const tee = (local: number): Code => code([0x22], unsigned(local))
export const call = (index: number): Code => code([0x10], unsigned(index))
export const RETURN: Code = [0x0f]

export const loadFrom = (address: Code, offset: number, load: Code): Code => code(address, load, unsigned(offset))

export const storeTo = (address: Code, offset: number, value: Code, store: Code): Code =>
  code(address, value, store, unsigned(offset))

/** Adds a number to a local. */
export const increase = (local: number, by: number): Code => code(get(local), i32.const(by), i32.add, set(local))

const NO_RESULT = 0x40
const END = [0x0b]

export const when = (condition: Code, then: Code): Code => code(condition, [0x04, NO_RESULT], then, END)

/** Runs the body once, and again as long as the condition holds after it. */
export const repeatWhile = (condition: Code, body: Code): Code =>
  code([0x03, NO_RESULT], body, condition, [0x0d, 0], END)

/** Runs the body as often as the local says, which is at least once, and counts it down to zero. */
export const repeatTimes = (count: number, body: Code): Code =>
  repeatWhile(code(get(count), i32.const(1), i32.sub, tee(count)), body)
