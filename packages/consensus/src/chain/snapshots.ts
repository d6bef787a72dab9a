import type { BlockHash } from '@raistone/primitives'
import { type CoinDump, dumpCoins } from '../snapshot/dump-coins.js'
import { type LoadOptions, loadCoins } from '../snapshot/load-coins.js'
import { SnapshotError } from '../snapshot/snapshot-error.js'
import { SnapshotReader } from '../snapshot/snapshot-reader.js'
import { hashCoins } from '../statistics/coin-statistics.js'
import type { SnapshotCoins } from '../store/snapshot-coins.js'
import { StoreError } from '../store/store-error.js'
import { Slices } from '../verify/next-turn.js'
import { BackgroundValidation } from './background-validation.js'
import type { BlockEntry } from './block-entry.js'
import type { ChainParts, Coinage, History } from './chain-parts.js'
import type { Failed } from './ledger.js'
import type { Path } from './locate.js'
import { type ExpectedSnapshot, expectSnapshot } from './snapshot-base.js'
import { transactionsUpTo } from './transaction-count.js'
import type { TreeEntry } from './tree-entry.js'

/** How a snapshot is loaded. */
export interface SnapshotOptions extends Pick<LoadOptions, 'progress'> {
  /** The hash of its coins that the operator trusts; without, the genesis file must name it. */
  readonly trusted?: string | undefined
}

export interface LoadedSnapshot {
  readonly base: BlockEntry
  readonly coins: number
}

/** A file of all coins, and the block that they belong to. */
export interface ChainDump extends CoinDump {
  readonly base: BlockEntry
  /** Transactions of the chain up to there; undefined where a snapshot stands for blocks that never came. */
  readonly chainTxCount: number | undefined
}

/** What the chain does for its snapshots. */
export interface SnapshotHost {
  /** Runs in turn, with nothing in flight; what it throws stops the chain. */
  work<T>(run: () => Promise<T>): Promise<T>
  /** Work outside of turns whose failure stops the chain. */
  guard<T>(work: Promise<T>): Promise<T>
  /** Brings everything to the disk and tells it, in turn. */
  flush(): Promise<void>
  /** Makes this the best chain, in turn. */
  replace(coinage: Coinage): Promise<void>
  /** Looks for the best chain anew, in turn. */
  activate(): Promise<void>
  /** Tells how far history is verified. */
  verified(entry: BlockEntry): void
  /** Tells what came of it. */
  judged(verdict: { readonly base: BlockEntry; readonly valid: boolean }): void
}

const isSnapshotError = (error: unknown): error is SnapshotError => error instanceof SnapshotError

/** What is built on the block can be connected, though not all blocks up to it are here. */
async function linkUpTo(base: TreeEntry, { tree, records }: ChainParts): Promise<void> {
  const slices = new Slices()
  const way: TreeEntry[] = []
  for (let at: TreeEntry | undefined = base; at && !at.linked; at = at.parent) {
    way.push(at)
    if (slices.over) await slices.pause()
  }
  for (const at of way.reverse()) {
    for (const linked of tree.received(at)) if (linked.data) records.touch(linked)
    if (slices.over) await slices.pause()
  }
}

/** Puts the coins of a snapshot in the place of the chain's own, and has history verified behind them. */
export class Snapshots {
  /** Undefined while there is nothing to verify. */
  history: BackgroundValidation | undefined
  private loading: Promise<unknown> | undefined
  private comparing = false
  private readonly closing = new AbortController()

  constructor(
    private readonly parts: ChainParts,
    private readonly host: SnapshotHost,
  ) {
    if (parts.history) this.history = this.validationOf(parts.history)
  }

  private validationOf(history: History): BackgroundValidation {
    const { store, records } = this.parts
    return new BackgroundValidation({ ...history, store: store.coins, records })
  }

  /** The coins of the best chain's last block, which is the end of this path or will be soon. */
  async dump(path: Path): Promise<ChainDump> {
    const { store, params } = this.parts
    const { base, counted, written } = await this.host.work(async () => {
      await this.host.flush()
      const coins = store.bestCoins
      return { base: this.parts.ledger.head, counted: coins.walk(), written: coins.walk() }
    })
    const chainTxCount = await transactionsUpTo(base.height, path, params.snapshots)
    const dump = await this.host.guard(dumpCoins({ magic: params.magic, base: base.hash }, counted, written))
    return { ...dump, pieces: this.guarded(dump.pieces), base, chainTxCount }
  }

  /** What cannot be read stops the chain. */
  private async *guarded(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { host } = this
    try {
      for (let next = await host.guard(pieces.next()); !next.done; next = await host.guard(pieces.next()))
        yield next.value
    } finally {
      await pieces.return(undefined)
    }
  }

  /** Reads a snapshot and makes it the best chain. Throws a SnapshotError that says why not. */
  async load(source: AsyncIterable<Uint8Array>, options: SnapshotOptions): Promise<LoadedSnapshot> {
    const { snapshot } = this.parts.store
    if (!snapshot) throw new SnapshotError('There is no place for a second set of coins')
    if (this.loading || snapshot.coins)
      throw new SnapshotError("Can't activate a snapshot-based chainstate more than once")
    const loading = this.loadInto(snapshot, source, options)
    this.loading = loading
    try {
      return await loading
    } finally {
      this.loading = undefined
    }
  }

  private async loadInto(
    snapshot: SnapshotCoins,
    source: AsyncIterable<Uint8Array>,
    { trusted, progress }: SnapshotOptions,
  ): Promise<LoadedSnapshot> {
    const reader = await SnapshotReader.open(source, this.parts.params)
    try {
      const expected = this.expect(reader.head.base, trusted)
      const coins = await this.fill(snapshot, reader, expected, progress)
      const refused = await this.host.work(() => this.adopt(snapshot, expected, trusted))
      if (refused) throw refused
      return { base: expected.base, coins }
    } catch (error) {
      if (!snapshot.base) await snapshot.abandon()
      throw error
    } finally {
      await reader.close()
    }
  }

  private expect(block: BlockHash, trusted: string | undefined): ExpectedSnapshot {
    const { tree, params, ledger } = this.parts
    return expectSnapshot(block, tree, params, ledger.head, trusted)
  }

  /** Writes the coins and reads them again for their hash; returns how many there are. */
  private async fill(
    snapshot: SnapshotCoins,
    reader: SnapshotReader,
    { base, coinsHash }: ExpectedSnapshot,
    progress: LoadOptions['progress'],
  ): Promise<number> {
    const { signal } = this.closing
    const store = await snapshot.begin()
    await loadCoins(reader, store, { hash: base.hash, height: base.height }, { signal, progress })
    const found = await hashCoins(store.walk())
    if (found.coinsHash === coinsHash) return found.coins
    throw new SnapshotError(`Bad snapshot content hash: expected ${coinsHash}, got ${found.coinsHash}`)
  }

  /** In turn: the chain may have moved since the file was opened. */
  private async adopt(
    snapshot: SnapshotCoins,
    { base, coinsHash }: ExpectedSnapshot,
    trusted: string | undefined,
  ): Promise<SnapshotError | undefined> {
    const { parts, host } = this
    try {
      this.expect(base.hash, trusted)
    } catch (error) {
      if (isSnapshotError(error)) return error
      throw error
    }
    await host.flush()
    await snapshot.keep({ hash: base.hash, height: base.height, coinsHash })
    await linkUpTo(base, parts)
    parts.tree.setFloor(base)
    const { coins, ledger, cacheBytes } = parts
    coins.mostBytes = cacheBytes / 2
    this.history = this.validationOf({ coins, ledger, base, coinsHash })
    await host.replace(parts.begin(parts.store.bestCoins, base, cacheBytes / 2))
    return undefined
  }

  /** Verifies history as long as nothing else is to be done; whether it could go on. In turn. */
  async verify(isIdle: () => boolean): Promise<boolean> {
    const { history } = this
    if (!history || this.comparing) return false
    const from = history.head
    const slices = new Slices()
    let step = await history.step()
    while (step === 'more' && isIdle()) {
      if (slices.over) await slices.pause()
      step = await history.step()
    }
    if (typeof step !== 'string') return this.refute(step)
    if (history.head !== from) this.host.verified(history.head)
    if (history.isThere) await this.beginComparing(history)
    return step === 'more'
  }

  private async beginComparing(history: BackgroundValidation): Promise<void> {
    this.comparing = true
    await history.flush()
    // What it throws has stopped the chain.
    this.compare(history).catch(() => undefined)
  }

  private async compare(history: BackgroundValidation): Promise<void> {
    const fits = await this.host.guard(history.fits())
    await this.host.work(() => (fits ? this.confirm(history) : this.refute()))
  }

  /** The snapshot was right: the chain rests on verified blocks alone, and can leave any of them. */
  private async confirm(history: BackgroundValidation): Promise<void> {
    const { store, tree, ledger, coins, cacheBytes } = this.parts
    await store.snapshot?.decide('validated')
    this.history = undefined
    coins.mostBytes = cacheBytes
    tree.setFloor(undefined)
    tree.refill(ledger.head)
    await this.host.activate()
    this.host.judged({ base: history.base, valid: true })
  }

  /** Whether the block is one that a snapshot stands for and that is not verified. */
  isAssumed(entry: TreeEntry): boolean {
    const { history } = this
    return history?.isOnTheWay(entry) === true && !history.has(entry)
  }

  /**
   * The snapshot is wrong: its blocks lead to other coins, or one of them failed. What was refused on top of it may be
   * valid after all.
   */
  async refute(failed?: Failed): Promise<never> {
    const { tree, records, store } = this.parts
    const { base } = this.history as BackgroundValidation
    for (const entry of tree.retry(base)) records.touch(entry)
    if (failed) {
      tree.fail(failed.entry)
      records.touch(failed.entry)
    }
    await records.commit()
    await store.snapshot?.decide('invalid')
    this.host.judged({ base, valid: false })
    const why = failed
      ? `block ${failed.entry.hash} before it is not valid (${failed.reject.rule})`
      : 'its blocks lead to other coins'
    throw new StoreError(
      'snapshot',
      `the snapshot of block ${base.hash} is wrong: ${why}. It is put aside; the next start goes on without it`,
    )
  }

  /** What is left to be done after the chain failed: coins that are damaged are not used again. */
  async onDamage(): Promise<void> {
    const { store } = this.parts
    const { snapshot } = store
    if (snapshot?.base && !this.history?.isDamaged) await snapshot.decide('damaged')
    else await store.requestRebuild()
  }

  /** Ends what is being loaded; resolves when it is over. */
  async stop(): Promise<void> {
    this.closing.abort()
    await this.loading?.catch(() => undefined)
  }
}
