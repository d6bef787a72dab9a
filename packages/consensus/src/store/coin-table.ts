import type { OutpointKey } from '@raistone/primitives'
import type { Coin, CoinDiff, CoinView } from '../coin.js'
import type { CoinStore, CoinsTip } from './coin-store.js'

/** A coin in memory; spent while its deletion has not reached the disk. */
interface Slot {
  coin: Coin | undefined
  /** Differs from the disk. */
  dirty: boolean
  /** The disk does not have it: spent again before the next flush, it never will. */
  fresh: boolean
}

/** Rough cost of a slot beyond its script: key string, objects, the map's share. */
const SLOT_BYTES = 360

/** Bytes that one flush writes: LevelDB builds a batch in memory, and makes it one record of its log. */
const MOST_DIRTY_BYTES = 32_000_000

/** A change on the disk beyond the script: key, numbers, checksum. */
const CHANGE_BYTES = 56

const changeCost = (slot: Slot): number => CHANGE_BYTES + (slot.coin?.script.length ?? 0)

const cost = (slot: Slot): number => SLOT_BYTES + (slot.coin?.script.length ?? 0)

/**
 * The coins after the last connected block: what `chainstate/` holds, with the changes since the last flush and the
 * coins read lately in memory. Bounded by bytes; who applies a diff asks `full` and flushes.
 */
export class CoinTable {
  private readonly slots = new Map<OutpointKey, Slot>()
  private bytes = 0
  private dirtyBytes = 0
  /** Rises with every change, so that a reader who waited can tell. */
  version = 0

  constructor(
    private readonly store: CoinStore,
    private readonly mostBytes: number,
  ) {}

  /** Memory is used up, or as much has changed as one flush should write. */
  get full(): boolean {
    return this.bytes > this.mostBytes || this.dirtyBytes > MOST_DIRTY_BYTES
  }

  /** A view that can answer for exactly these outpoints. Throws a StoreError `damaged`. */
  async load(keys: Iterable<OutpointKey>): Promise<CoinView> {
    const found = new Map<OutpointKey, Coin | undefined>()
    const absent = new Set<OutpointKey>()
    for (const key of keys) {
      const slot = this.slots.get(key)
      if (slot) found.set(key, slot.coin)
      else absent.add(key)
    }
    if (absent.size > 0) await this.fetch([...absent], found)
    return found
  }

  private async fetch(keys: OutpointKey[], into: Map<OutpointKey, Coin | undefined>): Promise<void> {
    const version = this.version
    const coins = await this.store.getMany(keys)
    keys.forEach((key, i) => {
      const coin = coins[i]
      into.set(key, coin)
      if (coin && version === this.version) this.remember(key, coin)
    })
  }

  /** Reading alone never fills more than the room there is: only who applies a diff flushes. */
  private remember(key: OutpointKey, coin: Coin): void {
    const slot = { coin, dirty: false, fresh: false }
    if (!this.slots.has(key) && this.bytes + cost(slot) <= this.mostBytes) this.keep(key, slot)
  }

  private keep(key: OutpointKey, slot: Slot): void {
    this.slots.set(key, slot)
    this.bytes += cost(slot)
    if (slot.dirty) this.dirtyBytes += changeCost(slot)
  }

  private drop(key: OutpointKey, slot: Slot): void {
    this.slots.delete(key)
    this.bytes -= cost(slot)
    if (slot.dirty) this.dirtyBytes -= changeCost(slot)
  }

  /** Takes the diff over, at once and in memory only. Coins it spends were loaded before. */
  apply(diff: CoinDiff): void {
    this.version++
    for (const key of diff.spent.keys()) this.set(key, undefined)
    for (const [key, coin] of diff.added) this.set(key, coin)
  }

  private set(key: OutpointKey, coin: Coin | undefined): void {
    const before = this.slots.get(key)
    if (before) this.drop(key, before)
    // An added coin without a slot is not on the disk, unless a coinbase repeats an older one (before BIP-0034).
    const fresh = before ? before.fresh : coin !== undefined && !coin.coinbase
    if (coin || !fresh) this.keep(key, { coin, dirty: true, fresh })
  }

  /** Writes every change and the block they lead to. Nothing may be applied meanwhile. */
  async flush(tip: CoinsTip): Promise<void> {
    await this.store.write(this.changes(), tip)
    for (const [key, slot] of this.slots) {
      if (slot.coin) {
        slot.dirty = false
        slot.fresh = false
      } else this.drop(key, slot)
    }
    this.dirtyBytes = 0
    this.shrink()
  }

  private *changes(): Generator<readonly [OutpointKey, Coin | undefined]> {
    for (const [key, slot] of this.slots) if (slot.dirty) yield [key, slot.coin]
  }

  /** Forgets the coins that came first until half of the room is free; none of them is dirty after a flush. */
  private shrink(): void {
    if (this.bytes <= this.mostBytes / 2) return
    for (const [key, slot] of this.slots) {
      this.drop(key, slot)
      if (this.bytes <= this.mostBytes / 2) return
    }
  }
}
