import { BlockStore } from './block-store.js'
import { CoinStore } from './coin-store.js'
import { type Database, prefixedKey } from './database.js'
import { migrateHeaders } from './migrate.js'
import { StoreError } from './store-error.js'

/** The version of the layout of `blocks/` and `chainstate/`. */
export const STORE_FORMAT = 2

/** The two databases of a replica, open, with `view` encodings for keys and values. */
export interface StoreDatabases {
  readonly blocks: Database
  readonly chainstate: Database
  /** Bytes that `chainstate/` takes on the disk. */
  readonly coinsOnDisk?: () => Promise<number>
}

const text = new TextEncoder()
const textOf = new TextDecoder()
const metaKey = (name: string): Uint8Array => prefixedKey('m', text.encode(name))

const keys = {
  format: metaKey('format'),
  network: metaKey('network'),
  clean: metaKey('clean'),
  rebuild: metaKey('rebuild'),
}

/** One replica of a ledger: headers, blocks and undo data in `blocks/`, coins in `chainstate/`. */
export class ChainStore {
  readonly blocks: BlockStore
  readonly coins: CoinStore

  private constructor(
    private readonly databases: StoreDatabases,
    /** The last user did not close it: its last records are to be verified. */
    readonly unclean: boolean,
    private rebuildAsked: boolean,
  ) {
    this.blocks = new BlockStore(databases.blocks)
    this.coins = new CoinStore(databases.chainstate)
  }

  /** Throws a StoreError `newer-format`; brings an older format up to this one. From here until `close` the store counts as unclean. */
  static async open(databases: StoreDatabases): Promise<ChainStore> {
    const [format, clean, rebuild] = await databases.blocks.getMany([keys.format, keys.clean, keys.rebuild])
    const found = format && Number(textOf.decode(format))
    if (found && found > STORE_FORMAT)
      throw new StoreError(
        'newer-format',
        `the data have format ${found}, this version reads up to format ${STORE_FORMAT}`,
      )
    if (found === 1) await migrateHeaders(databases.blocks)
    const store = new ChainStore(databases, format !== undefined && !clean, rebuild !== undefined)
    const batch = databases.blocks.batch()
    batch.put(keys.format, text.encode(String(STORE_FORMAT)))
    batch.del(keys.clean)
    await batch.write({ sync: true })
    await store.blocks.open()
    return store
  }

  /** Binds a fresh store to these rules; throws a StoreError `other-rules` if it is bound to others. */
  async claim(networkHash: string): Promise<void> {
    const bound = await this.databases.blocks.get(keys.network)
    if (!bound) return this.putMeta(keys.network, text.encode(networkHash))
    const other = textOf.decode(bound)
    if (other !== networkHash)
      throw new StoreError('other-rules', `the data belong to the chain with rules ${other}, not to ${networkHash}`)
  }

  /** The coins were found damaged: they are to be made again from the blocks. */
  get mustRebuild(): boolean {
    return this.rebuildAsked
  }

  /** Makes the next `openChain` build the coins again from the blocks. */
  async requestRebuild(): Promise<void> {
    this.rebuildAsked = true
    await this.putMeta(keys.rebuild, text.encode('1'))
  }

  /** The coins are whole again. */
  async rebuilt(): Promise<void> {
    const batch = this.databases.blocks.batch()
    batch.del(keys.rebuild)
    await batch.write({ sync: true })
    this.rebuildAsked = false
  }

  /** Bytes that the coins take on the disk; 0 where there is none. */
  async coinsOnDisk(): Promise<number> {
    return (await this.databases.coinsOnDisk?.()) ?? 0
  }

  /** `clean` says that everything was flushed before. */
  async close(clean = true): Promise<void> {
    try {
      if (clean) await this.putMeta(keys.clean, text.encode('1'))
    } finally {
      await this.databases.chainstate.close()
      await this.databases.blocks.close()
    }
  }

  private async putMeta(key: Uint8Array, value: Uint8Array): Promise<void> {
    const batch = this.databases.blocks.batch()
    batch.put(key, value)
    await batch.write({ sync: true })
  }
}

/** A store over any two databases: in memory for tests, in a browser's IndexedDB. */
export const openStore = (databases: StoreDatabases): Promise<ChainStore> => ChainStore.open(databases)
