import { BlockStore } from './block-store.js'
import type { CoinFolders } from './coin-folders.js'
import { CoinStore } from './coin-store.js'
import type { Database } from './database.js'
import { decodeMeta, encodeMeta, metaKey } from './meta-record.js'
import { NumberedBatches } from './numbered-batches.js'
import { SnapshotCoins } from './snapshot-coins.js'
import { StoreError } from './store-error.js'
import { type StoreFormats, storeFormats } from './store-format.js'

/** The two databases of a replica, open, with `view` encodings for keys and values. */
export interface StoreDatabases {
  readonly blocks: Database
  readonly chainstate: Database
  /** Where a second set of coins can be; undefined where there can be none. */
  readonly folders?: CoinFolders
  /** Bytes that `chainstate/` takes on the disk. */
  readonly coinsOnDisk?: () => Promise<number>
  /** Records of `blocks/` may have been lost since it was closed. */
  readonly repaired?: boolean
}

const keys = {
  format: metaKey('format'),
  network: metaKey('network'),
  clean: metaKey('clean'),
  rebuild: metaKey('rebuild'),
  reindex: metaKey('reindex'),
}

const NUMBER = /^[1-9]\d{0,8}$/
const HASH = /^[0-9a-f]{64}$/

/** One replica of a ledger: headers, blocks and undo data in `blocks/`, coins in `chainstate/`. */
export class ChainStore {
  readonly blocks: BlockStore
  readonly coins: CoinStore
  /** A snapshot's coins; undefined where none can be loaded. */
  readonly snapshot: SnapshotCoins | undefined

  private constructor(
    private readonly databases: StoreDatabases,
    /** The last user did not close it, or it was repaired: its last records are to be verified. */
    readonly unclean: boolean,
    private rebuildAsked: boolean,
    private reindexAsked: boolean,
  ) {
    this.blocks = new BlockStore(databases.blocks)
    this.coins = new CoinStore(databases.chainstate)
    this.snapshot = databases.folders && new SnapshotCoins(databases.blocks, databases.folders)
  }

  /**
   * Throws a StoreError `newer-format`; older data are brought to the newest format. From here until `close` the store
   * counts as unclean.
   */
  static async open(given: StoreDatabases, formats = storeFormats): Promise<ChainStore> {
    const { blocks } = given
    const [format, clean, rebuild, reindex] = await blocks.getMany([
      keys.format,
      keys.clean,
      keys.rebuild,
      keys.reindex,
    ])
    // A record that is not what was written says nothing: the other records have checksums of their own.
    const found = Number(decodeMeta(keys.format, format, NUMBER) ?? formats.newest)
    if (found > formats.newest)
      throw new StoreError(
        'newer-format',
        `the data have format ${found}, this version reads up to format ${formats.newest}`,
      )
    const { database: chainstate, whole } = await NumberedBatches.open(given.chainstate)
    const unclean = (format !== undefined && !clean) || given.repaired === true
    const store = new ChainStore({ ...given, chainstate }, unclean, rebuild !== undefined, reindex !== undefined)
    if (!whole) await store.requestRebuild()
    await store.migrate(found, formats)
    const batch = blocks.batch()
    batch.put(keys.format, encodeMeta(keys.format, String(formats.newest)))
    batch.del(keys.clean)
    await batch.write({ sync: true })
    await store.blocks.open()
    await store.snapshot?.open()
    return store
  }

  private async migrate(found: number, { newest, migrations }: StoreFormats): Promise<void> {
    for (let from = found; from < newest; from++) {
      const migration = migrations.get(from) ?? 'rebuild'
      if (migration === 'rebuild') {
        await this.requestRebuild()
        await this.snapshot?.forget()
      } else await migration(this.databases)
      await this.putMeta(keys.format, String(from + 1))
    }
  }

  /** Binds a fresh store to these rules; throws a StoreError `other-rules` if it is bound to others. */
  async claim(networkHash: string): Promise<void> {
    const bound = decodeMeta(keys.network, await this.databases.blocks.get(keys.network), HASH)
    if (bound === undefined) return this.putMeta(keys.network, networkHash)
    if (bound !== networkHash)
      throw new StoreError('other-rules', `the data belong to the chain with rules ${bound}, not to ${networkHash}`)
  }

  /** The coins were found damaged: they are to be made again from the blocks. */
  get mustRebuild(): boolean {
    return this.rebuildAsked
  }

  /** Makes the next `openChain` build the coins again from the blocks. */
  async requestRebuild(): Promise<void> {
    this.rebuildAsked = true
    await this.mark(keys.rebuild)
  }

  /** The coins are sound again. */
  async rebuilt(): Promise<void> {
    await this.unmark(keys.rebuild)
    this.rebuildAsked = false
  }

  /** The headers are to be made again from the raw blocks. */
  get mustReindex(): boolean {
    return this.reindexAsked
  }

  /** Makes the next `openChain` judge all stored headers and blocks anew, and then build the coins from them. */
  async requestReindex(): Promise<void> {
    this.rebuildAsked = true
    this.reindexAsked = true
    await this.mark(keys.rebuild, keys.reindex)
  }

  /** The headers are whole again. */
  async reindexed(): Promise<void> {
    await this.unmark(keys.reindex)
    this.reindexAsked = false
  }

  /** The coins of the best chain: a snapshot's where there is one. */
  get bestCoins(): CoinStore {
    return this.snapshot?.coins ?? this.coins
  }

  /** Bytes that the coins of the best chain take on the disk; 0 where there is none. */
  async coinsOnDisk(): Promise<number> {
    const coins = this.snapshot?.coins
    return coins ? coins.bytesOnDisk() : ((await this.databases.coinsOnDisk?.()) ?? 0)
  }

  /** `clean` says that everything was flushed before. */
  async close(clean = true): Promise<void> {
    try {
      if (clean) await this.mark(keys.clean)
    } finally {
      await this.databases.chainstate.close()
      await this.snapshot?.close()
      try {
        await this.snapshot?.settle()
      } finally {
        await this.databases.blocks.close()
      }
    }
  }

  private async putMeta(key: Uint8Array, text: string): Promise<void> {
    const batch = this.databases.blocks.batch()
    batch.put(key, encodeMeta(key, text))
    await batch.write({ sync: true })
  }

  /** Marks that say something by being there, all at once. */
  private async mark(...marks: readonly Uint8Array[]): Promise<void> {
    const batch = this.databases.blocks.batch()
    for (const mark of marks) batch.put(mark, encodeMeta(mark, '1'))
    await batch.write({ sync: true })
  }

  private async unmark(mark: Uint8Array): Promise<void> {
    const batch = this.databases.blocks.batch()
    batch.del(mark)
    await batch.write({ sync: true })
  }
}

/** A store over any two databases: in memory for tests, in a browser's IndexedDB. */
export const openStore = (databases: StoreDatabases, formats?: StoreFormats): Promise<ChainStore> =>
  ChainStore.open(databases, formats)
