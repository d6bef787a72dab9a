import { putId } from '@raistone/primitives'
import type { HeaderRows } from './header-rows.js'
import { halfSipHash, secretKey } from './keyed-hash.js'

const HASH_WORDS = 8
/** Parts that grow one by one, so that no header waits for all the others to be put in their places again. */
const PARTS = 256
const FIRST_SLOTS = 8

/** Rows by hash: open addressing, each slot a row number plus one, under a key that nobody can choose headers against. */
export class HashIndex {
  private readonly parts = Array.from({ length: PARTS }, () => ({ slots: new Uint32Array(FIRST_SLOTS), used: 0 }))
  private readonly sought = new Uint32Array(HASH_WORDS)
  private readonly soughtBytes = new Uint8Array(this.sought.buffer)

  constructor(
    private readonly rows: HeaderRows,
    private readonly key: Uint32Array = secretKey(),
  ) {}

  private digest(row: number): number {
    return this.rows.withHash(row, (words, from) => halfSipHash(this.key, words, from, HASH_WORDS))
  }

  private isSought(row: number): boolean {
    return this.rows.withHash(row, (words, from) => {
      let i = 0
      while (i < HASH_WORDS && words[from + i] === this.sought[i]) i++
      return i === HASH_WORDS
    })
  }

  /** The row with this hash; -1 if there is none. Throws a DecodeError for what is no hash. */
  find(hash: string): number {
    putId(hash, this.soughtBytes, 0)
    const digest = halfSipHash(this.key, this.sought, 0, HASH_WORDS)
    const { slots } = this.part(digest)
    for (let at = digest & (slots.length - 1); slots[at] !== 0; at = (at + 1) & (slots.length - 1)) {
      const row = (slots[at] as number) - 1
      if (this.isSought(row)) return row
    }
    return -1
  }

  /** Adds a row whose hash is in place and not in the index yet. */
  add(row: number): void {
    const digest = this.digest(row)
    const part = this.part(digest)
    if (++part.used > 0.75 * part.slots.length) {
      const before = part.slots
      part.slots = new Uint32Array(2 * before.length)
      for (const slot of before) if (slot !== 0) this.put(part.slots, this.digest(slot - 1), slot)
    }
    this.put(part.slots, digest, row + 1)
  }

  private part(digest: number): { slots: Uint32Array; used: number } {
    return this.parts[digest >>> 24] as { slots: Uint32Array; used: number }
  }

  private put(slots: Uint32Array, digest: number, slot: number): void {
    let at = digest & (slots.length - 1)
    while (slots[at] !== 0) at = (at + 1) & (slots.length - 1)
    slots[at] = slot
  }
}
