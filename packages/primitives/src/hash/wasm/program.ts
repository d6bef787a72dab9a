import { begin, finish, finishFour, load, loadFour, swapped } from './blocks.js'
import { compress, compressFour, compressPaddingFour } from './compression.js'
import { FunctionWriter } from './function-writer.js'
import { readIds } from './hex.js'
import { call, get, i32, increase, loadFrom, RETURN, repeatTimes, set, tee, v128, when } from './instructions.js'
import { DIGESTS, four, one } from './layout.js'
import { type Code, code, I32, type WasmFunction } from './module.js'
import { ripemdOfDigest } from './ripemd.js'
import { lanes, scalar, type WordKind } from './words.js'

/** Functions over the memory that `layout` describes. Those without "four" in their names work on `one`. */
export interface Sha256Functions {
  /** Sets the state to that before the first block. */
  begin(): void
  /** Makes the 64 bytes at an address the words. */
  load(from: number): void
  /** Brings the state forward by the block in the words. */
  compress(): void
  /** Brings the state forward by blocks in a row, one at least. */
  absorb(from: number, blocks: number): void
  /** Replaces the state by that of hashing the digest it stands for. */
  again(): void
  /** Writes the state as a digest. */
  finish(): void
  /** Replaces the written digest by its RIPEMD-160, of 20 bytes. */
  ripemdOfDigest(): void
  beginFour(): void
  /** The blocks lie `stride` bytes apart. */
  loadFour(from: number, stride: number): void
  compressFour(): void
  /** Brings the states forward by the block that pads a message of 64 bytes. */
  compressPaddingFour(): void
  againFour(): void
  finishFour(to: number): void
  /** Writes the double hashes of four messages, each padded to so many blocks, as digests. */
  hashFour(from: number, stride: number, blocks: number): void
  /** Replaces pairs of digests by their double hashes, which follow each other from the start; a group is four pairs. */
  pairs(from: number, groups: number): void
  /**
   * How far the first nonce is that gives a double hash whose last four bytes are a number of at most `top`; -1 if none
   * of the groups of four does. The state is that after the header's first block, the words are its second one.
   */
  scan(nonce: number, groups: number, top: number): number
  /** Makes digests of ids, 64 hex digits that show the bytes last to first, in their place; zero if another character is there. */
  readIds(from: number, count: number): number
}

const functions: Readonly<Record<keyof Sha256Functions, () => WasmFunction>> = {
  begin: () => begin(scalar, one.state),
  load,
  compress,
  absorb,
  again: () => again(scalar, one, code(callTo('begin'), callTo('compress'))),
  finish,
  ripemdOfDigest,
  beginFour: () => begin(lanes, four.state),
  loadFour,
  compressFour,
  compressPaddingFour,
  againFour: () => again(lanes, four, code(callTo('beginFour'), callTo('compressFour'))),
  finishFour,
  hashFour,
  pairs,
  scan,
  readIds,
}

const names = Object.keys(functions)
const callTo = (name: keyof Sha256Functions): Code => call(names.indexOf(name))

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const BLOCK_WORDS = 16
const STATE_WORDS = 8

/** What follows the words of a digest where that is the whole message. */
const digestPadding = [0x80000000, 0, 0, 0, 0, 0, 0, 8 * DIGEST_BYTES]

function again(kind: WordKind, place: { state: number; words: number }, hash: Code): WasmFunction {
  const f = new FunctionWriter(kind)
  f.store(place.words, [...f.words(place.state, STATE_WORDS), ...digestPadding.map(kind.constant)])
  f.run(hash)
  return f.end()
}

function absorb(): WasmFunction {
  const [from, blocks] = [0, 1]
  const block = code(get(from), callTo('load'), callTo('compress'), increase(from, BLOCK_BYTES))
  return { parameters: [I32, I32], locals: [], body: repeatTimes(blocks, block) }
}

function hashFour(): WasmFunction {
  const [from, stride, blocks] = [0, 1, 2]
  const block = code(get(from), get(stride), callTo('loadFour'), callTo('compressFour'), increase(from, BLOCK_BYTES))
  const digests = code(callTo('againFour'), i32.const(DIGESTS), callTo('finishFour'))
  return {
    parameters: [I32, I32, I32],
    locals: [],
    body: code(callTo('beginFour'), repeatTimes(blocks, block), digests),
  }
}

function pairs(): WasmFunction {
  const [from, groups, to] = [0, 1, 2]
  const group = code(
    callTo('beginFour'),
    code(get(from), i32.const(BLOCK_BYTES), callTo('loadFour'), callTo('compressFour')),
    callTo('compressPaddingFour'),
    callTo('againFour'),
    code(get(to), callTo('finishFour')),
    increase(from, 4 * BLOCK_BYTES),
    increase(to, 4 * DIGEST_BYTES),
  )
  return { parameters: [I32, I32], locals: [I32], body: code(get(from), set(to), repeatTimes(groups, group)) }
}

/** Where a header's second block has the nonce. */
const NONCE_WORD = 3
/** Added to four equal numbers, this makes four in a row of them. */
const laneNumbers = [0, 1, 2, 3].flatMap(n => [n, 0, 0, 0])

function scan(): WasmFunction {
  const [nonce, groups, top] = [0, 1, 2]
  const f = new FunctionWriter(lanes, [I32, I32, I32])
  const [start, hits] = [f.local(I32), f.local(I32)]
  const [nonces, last] = [f.local(), f.local()]
  const splat = (at: number): Code => loadFrom(i32.const(0), at, v128.load32_splat)
  const states = Array.from({ length: STATE_WORDS }, (_, i) => splat(one.state + scalar.size * i))
  const words = Array.from({ length: BLOCK_WORDS }, (_, i) => splat(one.words + scalar.size * i))
  const group = f.block(() => {
    f.assign(nonces, code(get(nonce), v128.splat, v128.const(laneNumbers), v128.add))
    f.store(four.state, states)
    f.store(four.words, words.with(NONCE_WORD, swapped(nonces)))
    f.run(callTo('compressFour'), callTo('againFour'))
    f.assign(last, f.words(four.state, STATE_WORDS)[STATE_WORDS - 1] as Code)
    const found = code(swapped(last), get(top), v128.splat, v128.le_u, v128.bitmask, tee(hits))
    const distance = code(get(nonce), get(hits), i32.ctz, i32.add, get(start), i32.sub)
    f.run(when(found, code(distance, RETURN)), increase(nonce, 4))
  })
  f.run(get(nonce), set(start), repeatTimes(groups, group), i32.const(-1))
  return f.end(I32)
}

/** All functions, ready to be assembled. */
export const program = (): Readonly<Record<string, WasmFunction>> =>
  Object.fromEntries(Object.entries(functions).map(([name, write]) => [name, write()]))
