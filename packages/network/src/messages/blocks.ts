import { type BlockHash, type Codec, DecodeError, hash32, type Of, struct, vector } from '@raistone/primitives'
import type { Message } from './message.js'

/** Blocks one request may ask for. */
export const MOST_BLOCKS = 32
/** A block weighs 4,000,000 at most, so it is no longer than that in bytes. */
export const MOST_BLOCK_BYTES = 4_000_000

const question = struct({ hashes: vector(hash32<BlockHash>(), MOST_BLOCKS) })
export type GetBlocks = Of<typeof question>
export const getBlocksMessage: Message<GetBlocks> = { name: 'getblocks', codec: question, most: 3 + MOST_BLOCKS * 32 }

/** One answer to each hash, in the order asked: the raw block, or undefined where the peer does not have it. */
const rest: Codec<Uint8Array | undefined> = {
  size: value => 1 + (value?.length ?? 0),
  write: (w, value) => {
    w.u8(value ? 1 : 0)
    if (value) w.raw(value)
  },
  read: r => {
    const kind = r.u8()
    if (kind > 1) throw new DecodeError('unknown kind of block answer', 0)
    return kind === 1 ? r.raw(r.remaining) : undefined
  },
}
export const blockMessage: Message<Uint8Array | undefined> = { name: 'block', codec: rest, most: 1 + MOST_BLOCK_BYTES }
