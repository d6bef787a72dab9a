import { idAt } from '../../codec/hex.js'
import { MESSAGE, partsAt, readIds } from '../noble.js'
import type { Sha256 } from '../sha256.js'
import { BUFFER, BUFFER_SIZE, DIGESTS, one } from './layout.js'
import type { Sha256Functions } from './program.js'
import { BLOCK, blocksOf, DIGEST, type Scratch } from './scratch.js'

const BUFFER_END = BUFFER + BUFFER_SIZE
/** Four messages fit into the buffer if each has no more blocks than this. */
const MOST_LANE_BLOCKS = BUFFER_SIZE / BLOCK / 4
/** Bytes of a RIPEMD-160 digest. */
const RIPEMD_DIGEST = 20
/** Hex digits of an id. */
const ID = 2 * DIGEST
/** Groups of four nonces in one call, so that a distance stays a positive number. */
const MOST_GROUPS = 2 ** 26
/** Where the state is among the numbers of the memory. */
const [STATE, STATE_END] = [one.state / 4, one.state / 4 + 8] as const

const ascii = new TextEncoder()

/** Bytes of the message that `ranges` describe from `at` on. */
function lengthAt(ranges: Int32Array, at: number): number {
  let length = 0
  for (let i = at; i < at + MESSAGE; i += 2) length += (ranges[i + 1] as number) - (ranges[i] as number)
  return length
}

/** SHA-256 in WebAssembly. No call leaves anything for the next one, and no result is a view of its memory. */
export class WasmSha256 implements Sha256 {
  readonly name = 'wasm'

  constructor(
    private readonly functions: Sha256Functions,
    private readonly scratch: Scratch,
  ) {}

  hash(parts: readonly Uint8Array[]): Uint8Array {
    this.functions.begin()
    this.takeIn(parts, 0)
    return this.finish()
  }

  hashTwice(parts: readonly Uint8Array[]): Uint8Array {
    this.functions.begin()
    this.takeIn(parts, 0)
    this.functions.again()
    return this.finish()
  }

  hash160(bytes: Uint8Array): Uint8Array {
    const { functions, scratch } = this
    functions.begin()
    this.takeIn([bytes], 0)
    functions.finish()
    functions.ripemdOfDigest()
    return scratch.digest(RIPEMD_DIGEST)
  }

  hashAfter(block: Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array {
    const { functions, scratch } = this
    functions.begin()
    scratch.put(block, BUFFER)
    functions.absorb(BUFFER, 1)
    const state = scratch.numbers.slice(STATE, STATE_END)
    return parts => {
      scratch.numbers.set(state, STATE)
      this.takeIn(parts, BLOCK)
      return this.finish()
    }
  }

  idsOf(bytes: Uint8Array, ranges: Int32Array): string[] {
    const ids = new Array<string>(ranges.length / MESSAGE)
    // By blocks, those of which there are not four yet.
    const waiting = new Map<number, number[]>()
    for (let at = 0; at < ranges.length; at += MESSAGE) {
      const blocks = blocksOf(lengthAt(ranges, at))
      const group = waiting.get(blocks)
      if (!group) waiting.set(blocks, [at])
      else if (group.push(at) === 4) {
        this.idsOfGroup(bytes, ranges, group, blocks, ids)
        group.length = 0
      }
    }
    for (const [blocks, group] of waiting) this.idsOfGroup(bytes, ranges, group, blocks, ids)
    return ids
  }

  /** The ids of up to four messages that fill as many blocks. */
  private idsOfGroup(
    bytes: Uint8Array,
    ranges: Int32Array,
    group: readonly number[],
    blocks: number,
    ids: string[],
  ): void {
    if (group.length < 2 || blocks > MOST_LANE_BLOCKS) {
      for (const at of group) ids[at / MESSAGE] = idAt(this.hashTwice(partsAt(bytes, ranges, at)), 0)
      return
    }
    const size = blocks * BLOCK
    for (let lane = 0; lane < group.length; lane++) {
      const at = group[lane] as number
      const start = BUFFER + lane * size
      let end = start
      for (let i = at; i < at + MESSAGE; i += 2)
        end = this.scratch.putRange(bytes, ranges[i] as number, ranges[i + 1] as number, end)
      this.scratch.pad(start, end, end - start)
    }
    this.functions.hashFour(BUFFER, size, blocks)
    for (let lane = 0; lane < group.length; lane++)
      ids[(group[lane] as number) / MESSAGE] = idAt(this.scratch.bytes, DIGESTS + lane * DIGEST)
  }

  hashPairs(nodes: Uint8Array, pairs: number): void {
    const most = BUFFER_SIZE / BLOCK
    for (let from = 0; from < pairs; from += most) {
      const count = Math.min(most, pairs - from)
      this.scratch.put(nodes.subarray(from * BLOCK, (from + count) * BLOCK), BUFFER)
      this.functions.pairs(BUFFER, Math.ceil(count / 4))
      nodes.set(this.scratch.buffer(count * DIGEST), from * DIGEST)
    }
  }

  readIds(ids: readonly string[], to: Uint8Array): void {
    const most = BUFFER_SIZE / ID
    for (let from = 0; from < ids.length; from += most) {
      const some = ids.length > most ? ids.slice(from, from + most) : ids
      const { written } = ascii.encodeInto(some.join(''), this.scratch.buffer(BUFFER_SIZE))
      const fit = written === some.length * ID && some.every(id => id.length === ID)
      if (!fit || this.functions.readIds(BUFFER, some.length) === 0) readIds(some, to)
      to.set(this.scratch.buffer(some.length * DIGEST), from * DIGEST)
    }
  }

  findNonce(header: Uint8Array, top: number, from: number, count: number): number {
    const { functions, scratch } = this
    functions.begin()
    scratch.pad(BUFFER, scratch.put(header, BUFFER), header.length)
    functions.absorb(BUFFER, 1)
    functions.load(BUFFER + BLOCK)
    for (let tried = 0; tried < count; tried += 4 * MOST_GROUPS) {
      const groups = Math.min(Math.ceil((count - tried) / 4), MOST_GROUPS)
      const distance = functions.scan(from + tried, groups, top)
      // The last group may reach beyond the range.
      if (distance >= 0) return tried + distance < count ? from + tried + distance : -1
    }
    return -1
  }

  /** Brings the state forward by all of the message and its padding; `before` bytes of it are in the state already. */
  private takeIn(parts: readonly Uint8Array[], before: number): void {
    let total = before
    let end = BUFFER
    for (const part of parts) {
      total += part.length
      end = part.length <= BUFFER_END - end ? this.scratch.put(part, end) : this.takeInLong(part, end)
    }
    this.functions.absorb(BUFFER, this.scratch.pad(BUFFER, end, total))
  }

  /** Puts the part at an address, and absorbs the buffer each time that it is full; returns the end of what is left in it. */
  private takeInLong(part: Uint8Array, at: number): number {
    let end = at
    for (let taken = 0; taken < part.length; ) {
      const next = part.subarray(taken, taken + BUFFER_END - end)
      end = this.scratch.put(next, end)
      taken += next.length
      if (end < BUFFER_END) continue
      this.functions.absorb(BUFFER, BUFFER_SIZE / BLOCK)
      end = BUFFER
    }
    return end
  }

  private finish(): Uint8Array {
    this.functions.finish()
    return this.scratch.digest()
  }
}
