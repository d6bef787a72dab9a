import type { Database } from './database.js'
import { migrateHeaders } from './migrate.js'

/** What a migration may change. */
export interface FormatDatabases {
  readonly blocks: Database
  readonly chainstate: Database
}

/**
 * Makes of a store of one format one of the next; or `rebuild`: what changed is in the coins, which are made again from
 * the blocks. It may be interrupted anywhere and then begins again, so what it has already done must not disturb it. Its
 * writes are durable when it returns.
 */
export type Migration = 'rebuild' | ((databases: FormatDatabases) => Promise<void>)

/** The layouts of `blocks/` and `chainstate/` that can be read. */
export interface StoreFormats {
  /** The one that is written. */
  readonly newest: number
  /** What leads from each older one to its next. */
  readonly migrations: ReadonlyMap<number, Migration>
}

/** The version of the layout of `blocks/` and `chainstate/`: in the first, headers were stored by hash alone. */
export const STORE_FORMAT = 2

export const storeFormats: StoreFormats = {
  newest: STORE_FORMAT,
  migrations: new Map([[1, ({ blocks }: FormatDatabases) => migrateHeaders(blocks)]]),
}
