import type { BlockHash, Height } from '@raistone/primitives'
import type { BlockEntry } from '../chain/block-entry.js'
import type { Database } from '../store/database.js'
import { isDamage, StoreError } from '../store/store-error.js'
import { Slices } from '../verify/next-turn.js'
import { BlockSource, type Missing, type ReadableChain } from './block-source.js'
import type { ChainIndex, IndexKind } from './chain-index.js'
import { IndexStore } from './index-store.js'
import { LookUps } from './look-ups.js'
import { Rounds } from './rounds.js'

/** What an index follows. */
export interface IndexedChain extends ReadableChain {
  readonly tip: BlockEntry
  readonly prunedTo: Height
  entry(hash: BlockHash): BlockEntry | undefined
  entryAt(height: Height): BlockEntry | undefined
  isActive(entry: BlockEntry): boolean
  /** A snapshot stands for the block, which is not verified yet and may not be here. */
  isAssumed(entry: BlockEntry): boolean
  keepBlocksAbove(height: () => Height): () => void
  requestRebuild(): Promise<void>
}

/** How far an index has come. */
export interface IndexProgress {
  readonly name: string
  readonly height: Height
  /** Of the chain's tip. */
  readonly target: Height
}

export interface IndexOptions {
  /** Bytes that one write takes, about. */
  readonly batchBytes?: number
  /** Called after each block. */
  readonly progress?: (progress: IndexProgress) => void
  /** Called, with a line for the user, when everything is made again, or waits for something. */
  readonly notice?: (text: string) => void
}

const defaults = {
  batchBytes: 2_000_000,
  progress: (): void => undefined,
  notice: (): void => undefined,
} as const satisfies Required<IndexOptions>

/**
 * Keeps an index at the chain's tip, in the background: walks from the index's own tip to the chain's, back to the fork
 * first if need be, with several blocks in a write while it is behind. What it finds damaged it makes again. Looking
 * things up goes through it, too.
 */
export class IndexBuilder<I extends ChainIndex> {
  /** Resolves with the reason when it can do no more; never otherwise. */
  readonly failed: Promise<Error>
  /** It has reached the chain's tip once, and nothing holds it up. */
  synced = false
  private tellFailure!: (error: Error) => void
  /** The last block that was taken in, and the last one on the disk. */
  private at: BlockEntry | undefined
  private committed: BlockEntry | undefined
  /** What it waits for, as it was told. */
  private missing: BlockEntry | undefined
  private readonly source: BlockSource
  private readonly ties: readonly (() => void)[]
  private readonly lookUps = new LookUps()
  /** What a look-up found. */
  private damage: Error | undefined
  private readonly rounds = new Rounds()
  private running: Promise<void> = Promise.resolve()
  private over = false

  private constructor(
    private readonly chain: IndexedChain,
    private readonly store: IndexStore,
    private readonly index: I,
    private readonly options: Required<IndexOptions>,
  ) {
    this.failed = new Promise(resolve => {
      this.tellFailure = resolve
    })
    this.at = store.tip && chain.entry(store.tip.hash)
    this.committed = this.at
    this.source = new BlockSource(chain, index.needsSpent, () => this.synced)
    this.ties = [
      chain.keepBlocksAbove(() => this.lastActive(this.committed)?.height ?? 0),
      chain.events.on('tip', () => this.rounds.nudge()),
      chain.events.on('verified', () => this.rounds.nudge()),
    ]
  }

  /**
   * Opens the index in a database and begins to follow the chain. Throws a StoreError: `newer-format`, or `pruned` if
   * blocks that it still needs were removed; the database is closed then.
   */
  static async open<I extends ChainIndex>(
    chain: IndexedChain,
    kind: IndexKind<I>,
    database: Database,
    given: IndexOptions = {},
  ): Promise<IndexBuilder<I>> {
    const options = { ...defaults, ...given }
    let builder: IndexBuilder<I> | undefined
    try {
      const store = await IndexStore.open(database, kind.layout)
      const isUnknown = store.tip !== undefined && !chain.entry(store.tip.hash)
      if (store.renewed || isUnknown)
        options.notice(`the ${store.layout.name} cannot be used as it is and is made again`)
      if (isUnknown) await store.clear()
      builder = new IndexBuilder(chain, store, new kind(store), options)
      builder.assertBlocksAreHere()
      builder.running = builder.run()
      return builder
    } catch (error) {
      builder?.leaveChain()
      await database.close()
      throw error
    }
  }

  get name(): string {
    return this.store.layout.name
  }

  /** Of the last block that can be looked up; -1 before there is one. */
  get height(): Height {
    return this.committed?.height ?? -1
  }

  /** Waits until the index has what the chain has now; false at once while it is not `synced`. */
  async caughtUp(): Promise<boolean> {
    const target = this.chain.tip
    while (this.synced && !this.over && !this.covers(target)) await this.rounds.next()
    return this.synced && !this.over
  }

  /** Waits until the index has reached the chain's tip for the first time, or can do no more. */
  async whenSynced(): Promise<void> {
    while (!this.synced && !this.over) await this.rounds.next()
  }

  /** Looks something up. Undefined also while everything is made again, as it is when this finds damage. */
  ask<T>(find: (index: I) => Promise<T | undefined>): Promise<T | undefined> {
    return this.lookUps.run(() => this.look(find))
  }

  private async look<T>(find: (index: I) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await find(this.index)
    } catch (error) {
      if (!isDamage(error)) throw this.fail(error)
      this.damage = error as Error
      this.synced = false
      this.rounds.nudge()
      return undefined
    }
  }

  /** Ends with what was taken in on the disk; nobody may be looking anything up. */
  async close(): Promise<void> {
    this.over = true
    this.rounds.nudge()
    await this.running
    this.leaveChain()
    await this.store.close()
  }

  private leaveChain(): void {
    for (const leave of this.ties) leave()
    this.source.close()
  }

  private fail(error: unknown): Error {
    const reason = error instanceof Error ? error : new Error(String(error))
    this.over = true
    this.rounds.nudge()
    this.tellFailure(reason)
    return reason
  }

  private async run(): Promise<void> {
    try {
      await this.rounds.run(
        () => this.round(),
        () => this.over,
      )
    } catch (error) {
      this.fail(error)
    }
    this.rounds.tell()
  }

  private async round(): Promise<void> {
    try {
      if (this.damage) throw this.damage
      await this.follow()
    } catch (error) {
      if (!isDamage(error)) throw error
      await this.renew(error as Error)
      this.rounds.nudge()
    }
  }

  private async renew(why: Error): Promise<void> {
    this.options.notice(`${why.message} and is made again`)
    this.synced = false
    this.at = undefined
    this.committed = undefined
    this.source.clear()
    await this.lookUps.without(() => {
      this.damage = undefined
      return this.store.clear()
    })
  }

  private async follow(): Promise<void> {
    // Nothing of the blocks that left the chain has to be undone.
    this.at = this.lastActive(this.at)
    const slices = new Slices()
    for (let next = this.next; next && !this.over; next = this.next) {
      const given = await this.source.take(next)
      if (typeof given === 'string') {
        await this.waitFor(next, given)
        break
      }
      await this.index.connect(given)
      this.at = next
      this.options.progress({ name: this.name, height: next.height, target: this.chain.tip.height })
      if (this.store.bytes > this.options.batchBytes) await this.commit()
      await slices.pause()
    }
    // The chain may go on while this is written.
    const reached = this.at === this.chain.tip
    await this.commit()
    if (reached && !this.damage) this.synced = true
  }

  private lastActive(entry: BlockEntry | undefined): BlockEntry | undefined {
    let at = entry
    while (at && !this.chain.isActive(at)) at = at.parent
    return at
  }

  /** The block to be taken in next; undefined at the tip, where it is not verified yet, or where the chain went elsewhere. */
  private get next(): BlockEntry | undefined {
    const entry = this.chain.entryAt(this.at ? this.at.height + 1 : 0)
    return entry && entry.parent === this.at && !this.chain.isAssumed(entry) ? entry : undefined
  }

  private async commit(): Promise<void> {
    const { at } = this
    if (!at || at === this.committed) return
    await this.store.commit({ hash: at.hash, height: at.height })
    this.committed = at
  }

  /** A block comes again when a peer has it; undo data are made again with the coins. */
  private async waitFor(entry: BlockEntry, missing: Missing): Promise<void> {
    this.assertIsHere(entry)
    this.synced = false
    if (this.missing === entry) return
    this.missing = entry
    if (missing === 'block') {
      this.options.notice(`the ${this.name} waits for block ${entry.hash}, which cannot be read`)
      return
    }
    this.options.notice(
      `the ${this.name} waits for the next start, which makes the undo data of block ${entry.hash} again`,
    )
    await this.chain.requestRebuild()
  }

  private assertBlocksAreHere(): void {
    // The genesis block is in the parameters.
    const first = this.chain.entryAt((this.lastActive(this.at)?.height ?? 0) + 1)
    if (first) this.assertIsHere(first)
  }

  private assertIsHere({ height, data }: BlockEntry): void {
    if (data || height > this.chain.prunedTo) return
    throw new StoreError(
      'pruned',
      `${this.name} best block of the index goes beyond pruned data. Please disable the index or reindex (which will download the whole blockchain again)`,
    )
  }

  private covers(target: BlockEntry): boolean {
    const { committed, chain } = this
    if (committed === target || !chain.isActive(target)) return true
    return committed !== undefined && committed.height > target.height && chain.isActive(committed)
  }
}
