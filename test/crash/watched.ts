import type { Database, StoreDatabases, WriteBatch } from '@raistone/consensus'

export type Which = 'blocks' | 'chainstate'

/** What is put around every write of both databases; it has to call `write`, or not. */
export type AroundWrite = (write: () => Promise<void>, which: Which, sync: boolean) => Promise<void>

/** The same database with something put around its writes. */
export function watched(
  database: Database,
  around: (write: () => Promise<void>, sync: boolean) => Promise<void>,
): Database {
  const batchOf = (): WriteBatch => {
    const batch = database.batch()
    return {
      put: (key, value) => batch.put(key, value),
      del: key => batch.del(key),
      write: options => around(() => batch.write(options), options?.sync === true),
    }
  }
  const { renew } = database
  return {
    get: key => database.get(key),
    getMany: keys => database.getMany(keys),
    iterator: range => database.iterator(range),
    batch: batchOf,
    clear: range => database.clear(range),
    ...(renew ? { renew: () => renew.call(database) } : {}),
    close: () => database.close(),
  }
}

/** The same databases with something put around their writes. */
export const watchWrites =
  (around: AroundWrite) =>
  (databases: StoreDatabases): StoreDatabases => ({
    ...databases,
    blocks: watched(databases.blocks, (write, sync) => around(write, 'blocks', sync)),
    chainstate: watched(databases.chainstate, (write, sync) => around(write, 'chainstate', sync)),
  })
