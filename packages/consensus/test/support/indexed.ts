import {
  type Block,
  type BlockHash,
  basicFilter,
  type FilterHeader,
  filterHash,
  filterHeader,
  type OutpointKey,
  outpointKey,
  type Txid,
  toHex,
  ZERO_HASH,
} from '@raistone/primitives'
import type { Latch } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { IndexKind } from '../../src/indexes/chain-index.js'
import { FilterIndex } from '../../src/indexes/filter-index.js'
import { IndexBuilder, type IndexOptions } from '../../src/indexes/index-builder.js'
import { TransactionIndex } from '../../src/indexes/transaction-index.js'
import type { Database, WriteBatch } from '../../src/store/database.js'
import { liveParams } from './live-chain.js'

/** What both indexes must say, made from nothing but the blocks, genesis left out. */
export function expectedOf(blocks: readonly Block[]) {
  const scripts = new Map<OutpointKey, Uint8Array>()
  const places = new Map<Txid, { block: BlockHash; index: number }>()
  const filters = new Map<BlockHash, { filter: string; header: FilterHeader }>()
  let header = ZERO_HASH as FilterHeader
  for (const block of [liveParams.genesis, ...blocks]) {
    const spent: Uint8Array[] = []
    for (const [index, tx] of block.transactions.entries()) {
      if (index > 0) spent.push(...tx.inputs.map(({ prevout }) => scripts.get(outpointKey(prevout)) as Uint8Array))
      if (block !== liveParams.genesis) places.set(tx.txid, { block: block.hash, index })
      for (const [vout, { script }] of tx.outputs.entries()) scripts.set(outpointKey({ txid: tx.txid, vout }), script)
    }
    const filter = basicFilter(block, spent)
    header = filterHeader(filterHash(filter), header)
    filters.set(block.hash, { filter: toHex(filter), header })
  }
  return { places, filters }
}

/** What an index says of the transactions of the active chain: where each is, its bytes having been read from there. */
export async function placesIn(
  chain: Pick<Chain, 'tip' | 'entryAt' | 'block' | 'blockBytes'>,
  builder: IndexBuilder<TransactionIndex>,
) {
  const places = new Map<Txid, { block: BlockHash; index: number }>()
  for (let height = 0; height <= chain.tip.height; height++) {
    const { hash } = chain.entryAt(height) as { hash: BlockHash }
    for (const tx of (await chain.block(hash))?.transactions ?? []) {
      const found = await builder.ask(index => index.find(tx.txid))
      if (!found) continue
      const { block, index, offset, length } = found
      const raw = (await chain.blockBytes(block))?.subarray(offset, offset + length)
      if (raw && toHex(raw) === toHex(tx.raw)) places.set(tx.txid, { block, index })
    }
  }
  return places
}

/** What an index says of the blocks of the active chain. */
export async function filtersIn(chain: Pick<Chain, 'tip' | 'entryAt'>, builder: IndexBuilder<FilterIndex>) {
  const filters = new Map<BlockHash, { filter: string; header: FilterHeader }>()
  for (let height = 0; height <= chain.tip.height; height++) {
    const { hash } = chain.entryAt(height) as { hash: BlockHash }
    const found = await builder.ask(index => index.find({ hash, height }))
    if (found) filters.set(hash, { filter: toHex(found.filter), header: found.header })
  }
  return filters
}

/** Both indexes over databases, with what they told the user. */
export interface Indexed {
  readonly transactions: IndexBuilder<TransactionIndex>
  readonly filters: IndexBuilder<FilterIndex>
  readonly notices: string[]
  close(): Promise<void>
}

/** Gives the database of an index by its folder. */
export type IndexDatabases = (folder: string) => Promise<Database>

export async function openIndexed(chain: Chain, databases: IndexDatabases, options?: IndexOptions): Promise<Indexed> {
  const notices: string[] = []
  const open = async <K extends TransactionIndex | FilterIndex>(kind: IndexKind<K>) =>
    IndexBuilder.open(chain, kind, await databases(kind.layout.folder), {
      notice: text => notices.push(text),
      ...options,
    })
  const transactions = await open(TransactionIndex)
  const filters = await open(FilterIndex)
  return {
    transactions,
    filters,
    notices,
    close: async () => {
      await transactions.close()
      await filters.close()
    },
  }
}

/** Both have reached the tip and say what the blocks say. */
export async function statesIn(chain: Chain, { transactions, filters }: Indexed) {
  for (const builder of [transactions, filters]) {
    await builder.whenSynced()
    await builder.caughtUp()
  }
  return { places: await placesIn(chain, transactions), filters: await filtersIn(chain, filters) }
}

/** The same database, but its writes wait at a latch. */
export function withSlowWrites(database: Database, latch: Latch): Database {
  const batchOf = database.batch.bind(database)
  return Object.assign(database, {
    batch: () => {
      const batch = batchOf()
      const written: WriteBatch = {
        put: (key, value) => batch.put(key, value),
        del: key => batch.del(key),
        write: async options => {
          await latch.pass()
          await batch.write(options)
        },
      }
      return written
    },
  })
}
