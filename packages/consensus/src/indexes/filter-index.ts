import {
  type BlockHash,
  basicFilter,
  decode,
  encode,
  type FilterHash,
  type FilterHeader,
  filterHash,
  filterHeader,
  fromDisplayHex,
  type Height,
  hash32,
  type Of,
  struct,
  Writer,
  ZERO_HASH,
} from '@raistone/primitives'
import { prefixedKey } from '../store/database.js'
import { StoreError } from '../store/store-error.js'
import type { ChainIndex, ConnectedBlock } from './chain-index.js'
import type { IndexStore } from './index-store.js'

/** What is told of a filter without the filter itself (BIP-0157). */
const summary = struct({ hash: hash32<FilterHash>(), header: hash32<FilterHeader>() })
export type FilterSummary = Of<typeof summary>

/** A block's filter with its hash and header. */
export interface BlockFilter extends FilterSummary {
  readonly filter: Uint8Array
}

interface BlockName {
  readonly hash: BlockHash
  readonly height: Height
}

/** By height, the highest byte first, then by hash: what is written together lies together. */
function keyOf(kind: 'h' | 'f', { hash, height }: BlockName): Uint8Array {
  const key = new Writer(36)
  for (const shift of [24, 16, 8, 0]) key.u8(height >>> shift)
  key.raw(fromDisplayHex(hash))
  return prefixedKey(kind, key.bytes)
}

/** The basic filters of all blocks that were ever connected, by which a wallet finds those that concern it. */
export class FilterIndex implements ChainIndex {
  static readonly layout = { name: 'basic block filter index', folder: 'blockfilter', format: 1 }
  readonly needsSpent = true
  private last: { readonly block: BlockHash; readonly header: FilterHeader } | undefined

  constructor(private readonly store: IndexStore) {}

  async connect({ entry, block, spent }: ConnectedBlock): Promise<void> {
    const previous = await this.headerBefore(entry)
    const scripts = spent.flatMap(coins => coins.map(({ script }) => script))
    const filter = basicFilter(block, scripts)
    const hash = filterHash(filter)
    const header = filterHeader(hash, previous)
    this.store.put(keyOf('h', entry), encode(summary, { hash, header }))
    this.store.put(keyOf('f', entry), filter)
    this.last = { block: block.hash, header }
  }

  private async headerBefore({ parent }: ConnectedBlock['entry']): Promise<FilterHeader> {
    if (!parent) return ZERO_HASH as FilterHeader
    if (this.last?.block === parent.hash) return this.last.header
    const found = await this.summary(parent)
    if (!found) throw new StoreError('damaged', `the filter index has lost block ${parent.hash}`)
    return found.header
  }

  /** Undefined where the block was never connected, or is not in yet. Throws a StoreError `damaged`. */
  async summary(block: BlockName): Promise<FilterSummary | undefined> {
    const record = await this.store.get(keyOf('h', block))
    return record && decode(summary, record)
  }

  /** The same with the filter. */
  async find(block: BlockName): Promise<BlockFilter | undefined> {
    const found = await this.summary(block)
    const filter = found && (await this.store.get(keyOf('f', block)))
    if (!found) return undefined
    if (!filter) throw new StoreError('damaged', `the filter index has lost the filter of block ${block.hash}`)
    return { ...found, filter }
  }
}
