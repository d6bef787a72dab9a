import { type Database, prefixRange, walkInSteps } from './database.js'
import { decodeEntry, encodeEntry, OLD_KEY_LENGTH } from './entry-record.js'

/**
 * Brings `blocks/` from format 1, where headers were stored by hash alone, to format 2, where they are by height. Can be
 * interrupted and done again. Damaged headers are left behind: they are fetched again.
 */
export async function migrateHeaders(blocks: Database): Promise<void> {
  for await (const step of walkInSteps(blocks, prefixRange('h'))) {
    const batch = blocks.batch()
    for (const [key, record] of step) {
      if (key.length !== OLD_KEY_LENGTH) continue
      const entry = decodeEntry(key, record)
      if (entry) batch.put(...encodeEntry(entry))
      batch.del(key)
    }
    await batch.write({ sync: true })
  }
}
