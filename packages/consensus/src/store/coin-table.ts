import { doneAtOnce, type OutpointKey, type Steps } from '@raistone/primitives'
import type { Coin, CoinDiff, CoinView } from '../coin.js'
import { SLICE_MS, Slices } from '../verify/next-turn.js'
import { copyBytes } from './bytes.js'
import { coinKeyAt, readCoinKey } from './coin-record.js'
import { CoinSlots, flag, SLOT_BYTES } from './coin-slots.js'
import type { CoinStore, CoinsTip } from './coin-store.js'
import { OUTPOINT_BYTES, writeOutpoint } from './outpoint-bytes.js'
import type { KeyHash } from './sip-hash.js'
import { INDEX_BYTES_PER_SLOT, LEAST_INDEX_BYTES, SlotIndex } from './slot-index.js'

/** Bytes that one flush writes: LevelDB builds a batch in memory, and makes it one record of its log. */
const MOST_DIRTY_BYTES = 32_000_000

/** A change on the disk beyond the script: key, numbers, checksum. */
const CHANGE_BYTES = 56

/** Slots that are looked at for one to be used anew. */
const CLOCK_STEPS = 1024

/** Slots between two looks at the time. */
const SLICE_SLOTS = 128

/** Changes that are applied in one step. */
const STEP_CHANGES = 500

/** Coins that are read from the disk at once. */
const MOST_READ = 1000

export interface CoinTableOptions {
  /** The logarithm of how many slots are allocated together: what the table grows by. */
  readonly slabBits?: number
  /** How long the thread may be kept from other work, in milliseconds. */
  readonly sliceMs?: number
}

/**
 * The coins after the last connected block: what `chainstate/` holds, with the changes since the last flush and the
 * coins read lately in memory. Bounded by bytes; who applies a diff asks `full` and flushes.
 */
export class CoinTable {
  private readonly slots: CoinSlots
  private readonly index: SlotIndex
  private dirty = 0
  private dirtyBytes = 0
  /** Where the search for a coin to forget goes on. */
  private hand = 0
  /** Flushes that have reached the disk. */
  private flushes = 0
  /** The outpoint in question, as bytes and as the same memory in words. */
  private readonly outpoint = new Uint8Array(OUTPOINT_BYTES)
  private readonly words = new Int32Array(this.outpoint.buffer)
  private readonly sliceMs: number
  /** Rises with every change, so that a reader who waited can tell. */
  version = 0

  constructor(
    private readonly store: CoinStore,
    /** Memory that it may use, to be changed at any time: what is too much goes with the next flush. */
    public mostBytes: number,
    private readonly hash: KeyHash,
    { slabBits = 12, sliceMs = SLICE_MS }: CoinTableOptions = {},
  ) {
    this.sliceMs = sliceMs
    this.slots = new CoinSlots(slabBits)
    this.index = new SlotIndex(this.slots)
  }

  /** Memory in use. */
  get bytes(): number {
    return this.slots.bytes + this.index.bytes
  }

  /** The same with the index as large as it can become for the slots there are, and with `slabs` more slabs. */
  private bytesWith(slabs: number): number {
    const slots = this.slots.capacity + slabs * this.slots.slotsPerSlab
    return LEAST_INDEX_BYTES + slots * (SLOT_BYTES + 1 + INDEX_BYTES_PER_SLOT) + this.slots.elsewhereBytes
  }

  /** Memory is used up by changes, or as much has changed as one flush should write. */
  get full(): boolean {
    return this.bytesWith(0) > this.mostBytes || this.dirtyBytes > MOST_DIRTY_BYTES
  }

  /**
   * A view that can answer for exactly these outpoints. What is applied meanwhile may be in it or not: `version` tells.
   * Throws a StoreError `damaged`.
   */
  async load(outpoints: Iterable<OutpointKey>): Promise<CoinView> {
    const found = new Map<OutpointKey, Coin | undefined>()
    const absent: OutpointKey[] = []
    const keys: Uint8Array[] = []
    const slices = new Slices(this.sliceMs)
    let looks = 0
    for (const outpoint of outpoints) {
      if (++looks % SLICE_SLOTS === 0 && slices.over) await slices.pause()
      writeOutpoint(outpoint, this.outpoint)
      const slot = this.find()
      if (slot >= 0) found.set(outpoint, this.read(slot))
      else if (!found.has(outpoint)) {
        found.set(outpoint, undefined)
        absent.push(outpoint)
        keys.push(coinKeyAt(this.outpoint, 0))
      }
    }
    if (keys.length > 0) {
      const coins = await this.fetch(keys)
      absent.forEach((outpoint, i) => {
        found.set(outpoint, coins[i])
      })
    }
    return found
  }

  /** The coin of the outpoint whose 36 bytes begin at `at`, if memory alone can tell; undefined if only the disk can. */
  peek(outpoint: Uint8Array, at = 0): Coin | 'spent' | undefined {
    copyBytes(outpoint, at, this.outpoint, 0, OUTPOINT_BYTES)
    const slot = this.find()
    return slot < 0 ? undefined : (this.read(slot) ?? 'spent')
  }

  /** The slot of the outpoint in question; -1 if there is none. */
  private find(): number {
    return this.index.find(this.hash(this.words, 0), this.words)
  }

  private read(slot: number): Coin | undefined {
    const flags = this.slots.flags(slot)
    if (flags & flag.spent) return undefined
    if (!(flags & flag.asked)) this.slots.setFlags(slot, flags | flag.asked)
    return this.slots.read(slot)
  }

  private async fetch(keys: readonly Uint8Array[]): Promise<(Coin | undefined)[]> {
    const found: (Coin | undefined)[] = []
    for (let from = 0; from < keys.length; from += MOST_READ)
      for (const coin of await this.fetchSome(keys.slice(from, from + MOST_READ))) found.push(coin)
    return found
  }

  private async fetchSome(keys: Uint8Array[]): Promise<(Coin | undefined)[]> {
    const { flushes } = this
    const coins = await this.store.readMany(keys)
    // What changed meanwhile has a slot, until a flush: from then on it may be older than the disk.
    if (flushes === this.flushes)
      coins.forEach((coin, i) => {
        if (coin) this.remember(keys[i] as Uint8Array, coin)
      })
    return coins
  }

  /** Reading alone never fills more than the room there is: only who applies a diff flushes. */
  private remember(key: Uint8Array, coin: Coin): void {
    readCoinKey(key, this.outpoint)
    const hash = this.hash(this.words, 0)
    if (this.index.find(hash, this.words) >= 0) return
    const slot = this.takeWithin(flag.used)
    if (slot < 0) return
    this.index.insert(hash, slot)
    this.slots.write(slot, coin)
    if (this.bytesWith(0) > this.mostBytes) this.remove(hash, slot)
  }

  /** A slot for the outpoint in question, if need be that of a coin that is only remembered; -1 if there is no room. */
  private takeWithin(flags: number): number {
    const slot = this.slots.take(this.words, flags)
    if (slot >= 0) return slot
    if (this.bytesWith(1) <= this.mostBytes) this.slots.grow()
    else if (!this.forgetOne()) return -1
    return this.slots.take(this.words, flags)
  }

  private take(flags: number): number {
    const slot = this.takeWithin(flags)
    if (slot >= 0) return slot
    this.slots.grow()
    return this.slots.take(this.words, flags)
  }

  /** Forgets a coin that the disk has as well and that nobody asked for lately. */
  private forgetOne(): boolean {
    if (this.slots.inUse === this.dirty) return false
    for (let step = 0; step < CLOCK_STEPS; step++) {
      if (this.hand >= this.slots.capacity) this.hand = 0
      const slot = this.hand++
      const flags = this.slots.flags(slot)
      if (!(flags & flag.used) || flags & flag.dirty) continue
      if (flags & flag.asked) this.slots.setFlags(slot, flags & ~flag.asked)
      else {
        this.remove(this.slots.hash(slot, this.hash), slot)
        return true
      }
    }
    return false
  }

  private remove(hash: number, slot: number): void {
    this.index.remove(hash, slot)
    this.slots.release(slot)
  }

  /** Takes the diff over, at once and in memory only. Coins it spends were loaded before. */
  apply(diff: CoinDiff): void {
    doneAtOnce(this.applyInSteps(diff))
  }

  /** The same in steps: what is loaded until they are over may be of before or after. */
  *applyInSteps(diff: CoinDiff): Steps<void> {
    this.version++
    let changes = 0
    for (const outpoint of diff.spent.keys()) {
      this.spend(outpoint)
      if (++changes % STEP_CHANGES === 0) yield
    }
    for (const [outpoint, coin] of diff.added) {
      this.add(outpoint, coin)
      if (++changes % STEP_CHANGES === 0) yield
    }
    this.version++
  }

  private spend(outpoint: OutpointKey): void {
    writeOutpoint(outpoint, this.outpoint)
    const hash = this.hash(this.words, 0)
    let slot = this.index.find(hash, this.words)
    if (slot < 0) {
      slot = this.take(flag.used)
      this.index.insert(hash, slot)
    }
    const flags = this.slots.flags(slot)
    if (flags & flag.dirty) this.settle(slot)
    if (flags & flag.fresh) this.remove(hash, slot)
    else {
      this.slots.clearScript(slot)
      this.change(slot, flag.used | flag.dirty | flag.spent)
    }
  }

  private add(outpoint: OutpointKey, coin: Coin): void {
    writeOutpoint(outpoint, this.outpoint)
    const hash = this.hash(this.words, 0)
    let slot = this.index.find(hash, this.words)
    // Without a slot it is not on the disk, unless a coinbase repeats an older one (before BIP-0034).
    let fresh = coin.coinbase ? 0 : flag.fresh
    if (slot < 0) {
      slot = this.take(flag.used)
      this.index.insert(hash, slot)
    } else {
      const flags = this.slots.flags(slot)
      if (flags & flag.dirty) this.settle(slot)
      fresh = flags & flag.fresh
    }
    this.slots.write(slot, coin)
    this.change(slot, flag.used | flag.dirty | fresh)
  }

  private change(slot: number, flags: number): void {
    this.slots.setFlags(slot, flags)
    this.dirty++
    this.dirtyBytes += CHANGE_BYTES + this.slots.scriptLength(slot)
  }

  /** The slot no longer differs from the disk, or is about to differ in another way. */
  private settle(slot: number): void {
    this.slots.setFlags(slot, flag.used)
    this.dirty--
    this.dirtyBytes -= CHANGE_BYTES + this.slots.scriptLength(slot)
  }

  /** Writes every change and the block they lead to, in one batch. Nothing may be applied meanwhile; reading may go on. */
  async flush(tip: CoinsTip): Promise<void> {
    const batch = this.store.batch()
    await this.eachDirty(slot => {
      const { head, at, script, scriptAt, length } = this.slots.place(slot)
      if (this.slots.flags(slot) & flag.spent) batch.del(head, at)
      else batch.put(head, at, script, scriptAt, length)
    })
    await batch.write(tip)
    this.flushes++
    await this.eachDirty(slot => {
      const spent = this.slots.flags(slot) & flag.spent
      this.settle(slot)
      if (spent) this.remove(this.slots.hash(slot, this.hash), slot)
    })
    await this.shrink()
  }

  /** In slices: others have their turn in between. */
  private async eachDirty(visit: (slot: number) => void): Promise<void> {
    const slices = new Slices(this.sliceMs)
    for (let from = 0; from < this.slots.capacity; from += SLICE_SLOTS) {
      const to = Math.min(from + SLICE_SLOTS, this.slots.capacity)
      for (let slot = from; (slot = this.slots.next(flag.dirty, slot, to)) < to; slot++) visit(slot)
      if (slices.over) await slices.pause()
    }
  }

  /** Gives back what the changes took beyond the room; nothing is dirty after a flush. */
  private async shrink(): Promise<void> {
    const slices = new Slices(this.sliceMs)
    while (this.slots.capacity > 0 && this.bytesWith(0) > this.mostBytes) {
      const { capacity, slotsPerSlab } = this.slots
      for (let slot = capacity - slotsPerSlab; slot < capacity; slot++)
        if (this.slots.flags(slot) & flag.used) this.remove(this.slots.hash(slot, this.hash), slot)
      this.slots.drop()
      this.index.shrink()
      await slices.pause()
    }
  }
}
