import type { Coin } from '../coin.js'
import { HEAD_BYTES, writeNumbers } from './coin-record.js'
import { OUTPOINT_BYTES } from './outpoint-bytes.js'

/** What is known of a slot besides its coin; zero for a free one. */
export const flag = {
  used: 1,
  /** Differs from the disk. */
  dirty: 2,
  /** The disk does not have it: spent again before the next flush, it never will. */
  fresh: 4,
  /** Spent, and its deletion has not reached the disk. */
  spent: 8,
  /** Asked for since the clock's hand came by. */
  asked: 16,
} as const

/** Outpoint, numbers, length of the script (two bytes), script. */
export const SLOT_BYTES = 88
const SLOT_WORDS = SLOT_BYTES / 4
const LENGTH_AT = HEAD_BYTES
const SCRIPT_AT = LENGTH_AT + 2
/** Longer scripts lie elsewhere. All standard outputs fit, but those with bare keys. */
export const MOST_INLINE = SLOT_BYTES - SCRIPT_AT
/** Stands for the length of a script that lies elsewhere. */
const ELSEWHERE = 0xffff
/** Rough cost of such a script beyond its bytes: array, buffer, the map's share. */
const ELSEWHERE_BYTES = 240

const KEY_WORDS = OUTPOINT_BYTES / 4

/** Slots that are allocated together. */
class Slab {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly words: Int32Array
  readonly flags: Uint8Array
  /** First of the free slots, each of which holds the next; -1 if there is none. */
  free = 0
  /** Is among those with free slots. */
  listed = false
  gone = false

  constructor(
    readonly number: number,
    slots: number,
  ) {
    this.bytes = new Uint8Array(slots * SLOT_BYTES)
    this.view = new DataView(this.bytes.buffer)
    this.words = new Int32Array(this.bytes.buffer)
    this.flags = new Uint8Array(slots)
    for (let slot = 0; slot < slots; slot++) this.words[slot * SLOT_WORDS] = slot + 1 < slots ? slot + 1 : -1
  }
}

/** Where a coin's parts lie, as `CoinBatch.put` takes them. */
export interface CoinPlace {
  head: Uint8Array
  at: number
  script: Uint8Array
  scriptAt: number
  length: number
}

/** Coins in slots of one size, numbered from 0 on, within slabs. Scripts that do not fit in one are kept beside it. */
export class CoinSlots {
  private readonly slabs: Slab[] = []
  private readonly open: Slab[] = []
  private readonly elsewhere = new Map<number, Uint8Array>()
  private readonly mask: number
  /** Memory of the scripts that do not fit. */
  elsewhereBytes = 0
  inUse = 0

  /** A slab has 2 to the power of `slabBits` slots. */
  constructor(private readonly slabBits: number) {
    this.mask = (1 << slabBits) - 1
  }

  get slabCount(): number {
    return this.slabs.length
  }

  /** Slots that there are, free ones included. */
  get capacity(): number {
    return this.slabs.length << this.slabBits
  }

  get slotsPerSlab(): number {
    return this.mask + 1
  }

  /** Memory in use. */
  get bytes(): number {
    return this.capacity * (SLOT_BYTES + 1) + this.elsewhereBytes
  }

  grow(): void {
    const slab = new Slab(this.slabs.length, this.mask + 1)
    this.slabs.push(slab)
    this.list(slab)
  }

  /** Gives the last slab back; none of its slots may be in use. */
  drop(): void {
    const slab = this.slabs.pop()
    if (slab) slab.gone = true
  }

  private list(slab: Slab): void {
    if (slab.listed) return
    slab.listed = true
    this.open.push(slab)
  }

  /** A free slot with this outpoint and these flags; -1 if none is left. */
  take(words: Int32Array, flags: number): number {
    for (;;) {
      const slab = this.open.at(-1)
      if (!slab) return -1
      if (slab.free >= 0 && !slab.gone) {
        const at = slab.free
        const word = at * SLOT_WORDS
        slab.free = slab.words[word] as number
        for (let i = 0; i < KEY_WORDS; i++) slab.words[word + i] = words[i] as number
        slab.flags[at] = flags
        this.inUse++
        return (slab.number << this.slabBits) | at
      }
      slab.listed = false
      this.open.pop()
    }
  }

  release(slot: number): void {
    this.clearScript(slot)
    const slab = this.slabOf(slot)
    const at = slot & this.mask
    slab.flags[at] = 0
    slab.words[at * SLOT_WORDS] = slab.free
    slab.free = at
    this.inUse--
    this.list(slab)
  }

  private slabOf(slot: number): Slab {
    return this.slabs[slot >>> this.slabBits] as Slab
  }

  flags(slot: number): number {
    return this.slabOf(slot).flags[slot & this.mask] as number
  }

  setFlags(slot: number, flags: number): void {
    this.slabOf(slot).flags[slot & this.mask] = flags
  }

  /** The first slot from `from` on that has all these flags; at most `to`. */
  next(flags: number, from: number, to: number): number {
    let slot = from
    while (slot < to && (this.flags(slot) & flags) !== flags) slot++
    return slot
  }

  /** Whether it is the slot of the outpoint in these nine words. */
  holds(slot: number, words: Int32Array): boolean {
    const own = this.slabOf(slot).words
    const at = (slot & this.mask) * SLOT_WORDS
    for (let i = 0; i < KEY_WORDS; i++) if (own[at + i] !== words[i]) return false
    return true
  }

  /** Calls with the words of which nine from `at` on are the slot's outpoint. */
  hash(slot: number, hash: (words: Int32Array, at: number) => number): number {
    return hash(this.slabOf(slot).words, (slot & this.mask) * SLOT_WORDS)
  }

  write(slot: number, coin: Coin): void {
    this.clearScript(slot)
    const { bytes, view } = this.slabOf(slot)
    const at = (slot & this.mask) * SLOT_BYTES
    const { script } = coin
    writeNumbers(coin, bytes, at + OUTPOINT_BYTES)
    if (script.length <= MOST_INLINE) {
      view.setUint16(at + LENGTH_AT, script.length, true)
      for (let i = 0; i < script.length; i++) bytes[at + SCRIPT_AT + i] = script[i] as number
      return
    }
    view.setUint16(at + LENGTH_AT, ELSEWHERE, true)
    this.elsewhere.set(slot, new Uint8Array(script))
    this.elsewhereBytes += ELSEWHERE_BYTES + script.length
  }

  /** Leaves the slot without a script. */
  clearScript(slot: number): void {
    const { view } = this.slabOf(slot)
    const lengthAt = (slot & this.mask) * SLOT_BYTES + LENGTH_AT
    if (view.getUint16(lengthAt, true) === ELSEWHERE) {
      this.elsewhereBytes -= ELSEWHERE_BYTES + this.scriptLength(slot)
      this.elsewhere.delete(slot)
    }
    view.setUint16(lengthAt, 0, true)
  }

  scriptLength(slot: number): number {
    const length = this.slabOf(slot).view.getUint16((slot & this.mask) * SLOT_BYTES + LENGTH_AT, true)
    return length === ELSEWHERE ? (this.elsewhere.get(slot) as Uint8Array).length : length
  }

  /** Where the parts of its coin lie, for as long as nothing changes. */
  place(slot: number): CoinPlace {
    const { bytes } = this.slabOf(slot)
    const at = (slot & this.mask) * SLOT_BYTES
    const script = this.elsewhere.get(slot)
    return script
      ? { head: bytes, at, script, scriptAt: 0, length: script.length }
      : { head: bytes, at, script: bytes, scriptAt: at + SCRIPT_AT, length: this.scriptLength(slot) }
  }

  read(slot: number): Coin {
    const { bytes, view } = this.slabOf(slot)
    const at = (slot & this.mask) * SLOT_BYTES
    const numbers = at + OUTPOINT_BYTES
    const code = view.getUint32(numbers, true)
    const length = view.getUint16(at + LENGTH_AT, true)
    return {
      value: view.getBigUint64(numbers + 4, true),
      script:
        length === ELSEWHERE
          ? new Uint8Array(this.elsewhere.get(slot) as Uint8Array)
          : bytes.slice(at + SCRIPT_AT, at + SCRIPT_AT + length),
      height: code >>> 1,
      coinbase: (code & 1) === 1,
    }
  }
}
