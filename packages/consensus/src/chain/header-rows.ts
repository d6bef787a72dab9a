import { idAt, putId } from '@raistone/primitives'
import { copyBytes } from '../store/bytes.js'
import type { KeyHash } from '../store/sip-hash.js'
import type { SlotKeys } from '../store/slot-index.js'

/** Where the fields of a header are in its row, in words of 32 bits. Hashes are in internal order. */
export const field = {
  hash: 0,
  merkleRoot: 8,
  version: 16,
  time: 17,
  bits: 18,
  nonce: 19,
  height: 20,
  /** Rows of other headers. */
  parent: 21,
  skip: 22,
  medianTime: 23,
  /** Four words, the lowest first. */
  work: 24,
  /** Flags in the low byte, above them the high bits of `raw` and of `undo`. */
  state: 28,
  /** From here on what only a header has whose block has come. */
  txCount: 29,
  /** NONE until it is set. */
  sequence: 30,
  /** The low words of where the block's records are. */
  raw: 31,
  undo: 32,
} as const
export type Field = (typeof field)[keyof typeof field]

/** Stands for none where a row or an order is expected. */
export const NONE = 0x7fffffff

/** What each row has, and what only some have. */
const WORDS = field.txCount
const BLOCK_WORDS = field.undo + 1 - WORDS
/** Of a hash. */
export const HASH_WORDS = 8
const WORK_WORDS = 4

/** One allocation each, so that growing never copies what is there. */
const SEGMENT_BITS = 12
const SEGMENT_ROWS = 1 << SEGMENT_BITS
const IN_SEGMENT = SEGMENT_ROWS - 1

interface Segment {
  readonly words: Uint32Array
  readonly signed: Int32Array
  readonly bytes: Uint8Array
  /** Of blocks: none until one of them has come. */
  blocks: Uint32Array | undefined
}

/** Of a row without a block. */
const bare = (at: number): number => (at === field.sequence ? NONE : 0)

/** Throws a RangeError for 2^128 or more: nobody can compute so many hashes, and no chain is made without. */
export function workWords(work: bigint): Uint32Array {
  if (work >> 128n !== 0n) throw new RangeError(`work of ${work} hashes`)
  return Uint32Array.from({ length: WORK_WORDS }, (_, i) => Number((work >> BigInt(32 * i)) & 0xffffffffn))
}

const newSegment = (): Segment => {
  const words = new Uint32Array(SEGMENT_ROWS * WORDS)
  return { words, signed: new Int32Array(words.buffer), bytes: new Uint8Array(words.buffer), blocks: undefined }
}

function newBlocks(): Uint32Array {
  const words = new Uint32Array(SEGMENT_ROWS * BLOCK_WORDS)
  for (let at = field.sequence - WORDS; at < words.length; at += BLOCK_WORDS) words[at] = NONE
  return words
}

/**
 * A table for all that is known of a header: 116 bytes a row, and 16 more where blocks have come. Rows are numbered from 0
 * and never go away.
 */
export class HeaderRows implements SlotKeys {
  private readonly segments: Segment[] = []
  private count = 0

  get size(): number {
    return this.count
  }

  /** A row of zeros, without a sequence. */
  add(): number {
    if (this.count >>> SEGMENT_BITS === this.segments.length) this.segments.push(newSegment())
    return this.count++
  }

  private segment(row: number): Segment {
    return this.segments[row >>> SEGMENT_BITS] as Segment
  }

  get(row: number, at: number): number {
    const { words, blocks } = this.segment(row)
    if (at < WORDS) return words[(row & IN_SEGMENT) * WORDS + at] as number
    return blocks ? (blocks[(row & IN_SEGMENT) * BLOCK_WORDS + at - WORDS] as number) : bare(at)
  }

  set(row: number, at: number, value: number): void {
    const segment = this.segment(row)
    if (at < WORDS) segment.words[(row & IN_SEGMENT) * WORDS + at] = value
    else if (segment.blocks || value !== bare(at)) {
      segment.blocks ??= newBlocks()
      segment.blocks[(row & IN_SEGMENT) * BLOCK_WORDS + at - WORDS] = value
    }
  }

  /** The 32 bytes of a field as an id. */
  id(row: number, at: Field): string {
    return idAt(this.segment(row).bytes, 4 * ((row & IN_SEGMENT) * WORDS + at))
  }

  setId(row: number, at: Field, id: string): void {
    putId(id, this.segment(row).bytes, 4 * ((row & IN_SEGMENT) * WORDS + at))
  }

  /** A view of the 32 bytes of a field. */
  hashBytes(row: number, at: Field): Uint8Array {
    const from = 4 * ((row & IN_SEGMENT) * WORDS + at)
    return this.segment(row).bytes.subarray(from, from + 4 * HASH_WORDS)
  }

  setHashBytes(row: number, at: Field, hash: Uint8Array): void {
    copyBytes(hash, 0, this.segment(row).bytes, 4 * ((row & IN_SEGMENT) * WORDS + at), 4 * HASH_WORDS)
  }

  /** The row's hash under a secret. */
  keyHash(row: number, hash: KeyHash): number {
    return hash(this.segment(row).signed, (row & IN_SEGMENT) * WORDS + field.hash)
  }

  /** Whether the row's hash is in these words. */
  holds(row: number, words: Int32Array): boolean {
    const own = this.segment(row).signed
    const at = (row & IN_SEGMENT) * WORDS + field.hash
    for (let i = 0; i < HASH_WORDS; i++) if (own[at + i] !== words[i]) return false
    return true
  }

  work(row: number): bigint {
    let work = 0n
    for (let i = WORK_WORDS - 1; i >= 0; i--) work = (work << 32n) | BigInt(this.get(row, field.work + i))
    return work
  }

  setWork(row: number, work: bigint): void {
    this.addWork(row, undefined, workWords(work))
  }

  /** The work of another row and this. Throws a RangeError for 2^128 or more. */
  addWork(row: number, before: number | undefined, work: Uint32Array): void {
    let carry = 0
    for (let i = 0; i < WORK_WORDS; i++) {
      const sum = (before === undefined ? 0 : this.get(before, field.work + i)) + (work[i] as number) + carry
      this.set(row, field.work + i, sum)
      carry = sum > 0xffffffff ? 1 : 0
    }
    if (carry !== 0) throw new RangeError('work of 2^128 hashes')
  }

  /** Below zero, zero or above as the first has less, as much or more work. */
  compareWork(a: number, b: number): number {
    for (let i = WORK_WORDS - 1; i >= 0; i--) {
      const difference = this.get(a, field.work + i) - this.get(b, field.work + i)
      if (difference !== 0) return difference
    }
    return 0
  }
}
