import {
  type Chain,
  type ChainIndex,
  type Database,
  FilterIndex,
  IndexBuilder,
  type IndexKind,
  TransactionIndex,
} from '@raistone/consensus'
import { openLevelIndex } from '@raistone/consensus/level'
import { smallLevel } from './setting.js'

// Loaded by every process that is to be killed, as setting.ts.

/** Both indexes of a ledger in a folder. */
export interface Indexes {
  readonly transactions: IndexBuilder<TransactionIndex>
  readonly filters: IndexBuilder<FilterIndex>
  /** What they told the user: that something is made again. */
  readonly notices: readonly string[]
  /** Both are where the chain is. */
  reachTip(): Promise<void>
  close(): Promise<void>
}

/** Opens them in the ledger's folder; `watch` may put something between them and their databases. */
export async function openIndexes(
  dir: string,
  chain: Chain,
  watch: (database: Database) => Database = database => database,
): Promise<Indexes> {
  const notices: string[] = []
  const open = async <I extends ChainIndex>(kind: IndexKind<I>): Promise<IndexBuilder<I>> => {
    const database = watch(await openLevelIndex(dir, kind.layout.folder, smallLevel))
    return IndexBuilder.open(chain, kind, database, {
      batchBytes: 5_000,
      notice: text => notices.push(text),
    })
  }
  const transactions = await open(TransactionIndex)
  const filters = await open(FilterIndex)
  const both = [transactions, filters]
  return {
    transactions,
    filters,
    notices,
    reachTip: async () => {
      for (const builder of both) {
        await builder.whenSynced()
        await builder.caughtUp()
      }
    },
    close: async () => {
      for (const builder of both) await builder.close()
    },
  }
}
