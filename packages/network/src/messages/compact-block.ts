import {
  type Block,
  type Codec,
  compactSize,
  DecodeError,
  encodeHeader,
  fromDisplayHex,
  type Header,
  header,
  sha256,
  sipHash,
  struct,
  type Transaction,
  u64,
  vector,
  type Wtxid,
} from '@raistone/primitives'
import { MOST_BLOCK_BYTES } from './blocks.js'
import type { Message } from './message.js'
import { transactionCodec } from './transactions.js'

/** Six bytes of a keyed hash of a wtxid, as a number (below 2^48, so exact). */
export type ShortId = number

/** A transaction that travels whole; `index` counts from the one before it in the message (BIP-0152). */
interface Prefilled {
  readonly index: number
  readonly tx: Transaction
}

/** BIP-0152 HeaderAndShortIDs, short ids of version 2 (wtxids). */
export interface CompactBlock {
  readonly header: Header
  readonly nonce: bigint
  readonly shortIds: readonly ShortId[]
  /** Indexes are absolute here, whatever the wire says. */
  readonly prefilled: readonly Prefilled[]
}

/** The smallest transaction weighs more than 4 x 60 bytes, so no block holds more. */
export const MOST_BLOCK_TRANSACTIONS = Math.floor(MOST_BLOCK_BYTES / 240)

const shortId: Codec<ShortId> = {
  size: () => 6,
  write: (w, id) => {
    w.u32(id % 0x100000000)
    w.u16(Math.floor(id / 0x100000000))
  },
  read: r => r.u32() + r.u16() * 0x100000000,
}

const wire = struct({
  header,
  nonce: u64,
  shortIds: vector(shortId, MOST_BLOCK_TRANSACTIONS),
  prefilled: vector(struct({ skip: compactSize, tx: transactionCodec }), MOST_BLOCK_TRANSACTIONS),
})

const toWire = (value: CompactBlock) => ({
  ...value,
  prefilled: value.prefilled.map(({ index, tx }, i) => ({
    skip: index - ((value.prefilled[i - 1]?.index ?? -1) + 1),
    tx,
  })),
})

const codec: Codec<CompactBlock> = {
  size: value => wire.size(toWire(value)),
  write: (w, value) => wire.write(w, toWire(value)),
  read: r => {
    const start = r.offset
    const value = wire.read(r)
    const total = value.shortIds.length + value.prefilled.length
    let next = 0
    const prefilled = value.prefilled.map(({ skip, tx }) => {
      const index = next + skip
      next = index + 1
      if (index >= total) throw new DecodeError('prefilled transaction past the end of the block', start)
      return { index, tx }
    })
    if (total === 0) throw new DecodeError('block without transactions', start)
    return { ...value, prefilled }
  },
}

/** The content of topic `block`. A block whose coinbase does not fit is not published: peers fetch it. */
export const compactBlockMessage: Message<CompactBlock> = { name: 'block', codec, most: 1_000_000 }

/** BIP-0152: the keyed hash of this message's short ids. */
export function shortIdHasher(value: Pick<CompactBlock, 'header' | 'nonce'>): (wtxid: Wtxid) => ShortId {
  const input = new Uint8Array(88)
  input.set(encodeHeader(value.header))
  new DataView(input.buffer).setBigUint64(80, value.nonce, true)
  const key = sha256(input).subarray(0, 16)
  return wtxid => {
    const [low, high] = sipHash(key, fromDisplayHex(wtxid))
    return low + (high & 0xffff) * 0x100000000
  }
}

/** The block with its coinbase whole and short ids for the rest. */
export function toCompactBlock(block: Block, nonce: bigint): CompactBlock {
  const [coinbase, ...others] = block.transactions
  const hash = shortIdHasher({ header: block.header, nonce })
  return {
    header: block.header,
    nonce,
    shortIds: others.map(tx => hash(tx.wtxid)),
    prefilled: coinbase ? [{ index: 0, tx: coinbase }] : [],
  }
}
