import type { Height } from '@raistone/primitives'
import { hashCoins } from '../statistics/coin-statistics.js'
import type { CoinStore } from '../store/coin-store.js'
import type { CoinTable } from '../store/coin-table.js'
import { isDamage } from '../store/store-error.js'
import type { Failed, Ledger } from './ledger.js'
import type { Path } from './locate.js'
import type { BlockRecords } from './records.js'
import { ancestorAt, type TreeEntry } from './tree-entry.js'

export interface BackgroundDeps {
  readonly ledger: Ledger
  readonly coins: CoinTable
  readonly store: CoinStore
  readonly records: BlockRecords
  /** The snapshot's block: no further. */
  readonly base: TreeEntry
  /** `hash_serialized_3` that the coins must have there. */
  readonly coinsHash: string
}

/** Blocks after which the coins are flushed. */
const FLUSH_BLOCKS = 2000
/** Blocks that are fetched ahead of the one that is verified next. */
const FETCHED_AHEAD = 1024

/**
 * Verifies the history that a snapshot stands for: connects the blocks up to the snapshot's to coins of their own, which
 * in the end are those of the snapshot or prove it wrong. It works in small steps, between other work of the chain.
 */
export class BackgroundValidation {
  /** The coins that it works on turned out damaged: they are to be made again. */
  isDamaged = false
  private sinceFlush = 0
  private flushed: TreeEntry

  constructor(private readonly deps: BackgroundDeps) {
    this.flushed = deps.ledger.head
  }

  get base(): TreeEntry {
    return this.deps.base
  }

  get coinsHash(): string {
    return this.deps.coinsHash
  }

  /** The last block that is verified, or being verified. */
  get head(): TreeEntry {
    return this.deps.ledger.head
  }

  get cacheBytes(): number {
    return this.deps.coins.mostBytes
  }

  /** All blocks are connected; what is left is to compare. */
  get isThere(): boolean {
    const { ledger, base } = this.deps
    return ledger.head === base && ledger.inFlight === 0
  }

  /** Blocks from this height on are still needed, should the process be killed now. */
  get neededFrom(): Height {
    return this.isOnTheWay(this.flushed) ? this.flushed.height + 1 : 0
  }

  has(entry: TreeEntry): boolean {
    return this.deps.ledger.has(entry)
  }

  /** Whether the block is the snapshot's, or one before it. */
  isOnTheWay(entry: TreeEntry): boolean {
    const { base } = this.deps
    return entry.height <= base.height && ancestorAt(base, entry.height) === entry
  }

  /** Does a little, or says that it waits for blocks, or that one failed. Throws a StoreError. */
  async step(): Promise<'more' | 'waits' | Failed> {
    try {
      return await this.stepOn()
    } catch (error) {
      if (isDamage(error)) this.isDamaged = true
      throw error
    }
  }

  private async stepOn(): Promise<'more' | 'waits' | Failed> {
    const { ledger, coins, base } = this.deps
    if (coins.full || this.sinceFlush >= FLUSH_BLOCKS) {
      if (ledger.inFlight > 0) return this.settleOne()
      await this.flush()
    }
    // The blocks that the coins come from may be of another branch.
    if (!this.isOnTheWay(ledger.head)) {
      await ledger.disconnect()
      this.sinceFlush++
      return 'more'
    }
    if (ledger.busy || ledger.head === base) return this.settleOne()
    const next = ancestorAt(base, ledger.head.height + 1)
    return next.data ? this.begin(next) : this.settleOne()
  }

  private async begin(entry: TreeEntry): Promise<'more' | 'waits' | Failed> {
    const { ledger } = this.deps
    const begun = await ledger.begin(entry)
    if (begun === 'begun') return 'more'
    // A block that cannot be read is fetched again.
    if (begun === 'missing' || ledger.inFlight > 0) return this.settleOne()
    const failure = { entry, reject: begun.reject }
    ledger.assertSound(failure)
    return failure
  }

  private async settleOne(): Promise<'more' | 'waits' | Failed> {
    const { ledger } = this.deps
    if (ledger.inFlight === 0) return 'waits'
    const result = await ledger.settle()
    if ('reject' in result) return result
    this.sinceFlush++
    return 'more'
  }

  /** Brings what is verified to the disk. A block that fails now will do so again. */
  async flush(): Promise<void> {
    const { ledger } = this.deps
    while (ledger.inFlight > 0) await ledger.settle()
    await ledger.flush()
    this.flushed = ledger.head
    this.sinceFlush = 0
  }

  /** Whether the coins, all of them on the disk, have the hash that they must have. */
  async fits(): Promise<boolean> {
    return (await hashCoins(this.deps.store.walk())).coinsHash === this.deps.coinsHash
  }

  /** Blocks to fetch next, lowest first. */
  missing(most: number, path: Path): TreeEntry[] {
    const { base, records } = this.deps
    const missing: TreeEntry[] = []
    const last = Math.min(base.height, this.head.height + FETCHED_AHEAD)
    for (let height = this.head.height + 1; height <= last && missing.length < most; height++) {
      const entry = path[height]
      if (entry && !entry.data && !records.lost.has(entry.hash)) missing.push(entry)
    }
    return missing
  }

  /** Nobody waits for it any more. */
  abandon(): void {
    this.deps.ledger.abandon()
  }
}
