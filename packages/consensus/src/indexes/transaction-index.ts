import {
  type BlockHash,
  compactSizeLength,
  decode,
  encode,
  fromDisplayHex,
  HEADER_SIZE,
  hash32,
  type Of,
  struct,
  type Txid,
  u32,
} from '@raistone/primitives'
import { prefixedKey } from '../store/database.js'
import { Slices } from '../verify/next-turn.js'
import type { ChainIndex, ConnectedBlock } from './chain-index.js'
import type { IndexStore } from './index-store.js'

/** Where a transaction is: the block, which one of its transactions, and where its bytes are in the raw block. */
const place = struct({ block: hash32<BlockHash>(), index: u32, offset: u32, length: u32 })
export type TransactionPlace = Of<typeof place>

const keyOf = (txid: Txid): Uint8Array => prefixedKey('t', fromDisplayHex(txid))

/**
 * In which block each transaction is, the last one that was connected if there are several. As in Core the coinbase of
 * the genesis block is not in it.
 */
export class TransactionIndex implements ChainIndex {
  static readonly layout = { name: 'txindex', folder: 'txindex', format: 1 }
  readonly needsSpent = false

  constructor(private readonly store: IndexStore) {}

  async connect({ entry, block }: ConnectedBlock): Promise<void> {
    if (entry.height === 0) return
    const slices = new Slices()
    let offset = HEADER_SIZE + compactSizeLength(block.transactions.length)
    for (const [index, { txid, raw }] of block.transactions.entries()) {
      this.store.put(keyOf(txid), encode(place, { block: block.hash, index, offset, length: raw.length }))
      offset += raw.length
      if (slices.over) await slices.pause()
    }
  }

  /** Undefined where no connected block had it. Throws a StoreError `damaged`. */
  async find(txid: Txid): Promise<TransactionPlace | undefined> {
    const record = await this.store.get(keyOf(txid))
    return record && decode(place, record)
  }
}
