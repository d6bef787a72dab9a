import {
  type BlockHash,
  DecodeError,
  HEADER_SIZE,
  type Header,
  hashHeaderBytes,
  type Transaction,
  type Wtxid,
  ZERO_HASH,
} from '@raistone/primitives'
import {
  type BlockTransactions,
  blockTransactionsMessage,
  getBlockTransactionsMessage,
} from '../messages/block-transactions.js'
import { blockMessage, getBlocksMessage } from '../messages/blocks.js'
import { getHeadersMessage, headersMessage } from '../messages/headers.js'
import { batchMessage, getTransactionsMessage, MOST_WANTED, mempoolListMessage } from '../messages/transactions.js'
import type { Wire } from '../wire.js'
import { ask, BLOCK_WAIT_MS, converse, receive, send } from './exchange.js'

/** Headers of the peer's chain after the locator. */
export async function fetchHeaders(
  { host, protocols }: Wire,
  peer: string,
  locator: readonly BlockHash[],
): Promise<readonly Header[]> {
  const question = { locator, stop: ZERO_HASH as BlockHash }
  const answer = await ask(host, peer, protocols.headers, getHeadersMessage, question, headersMessage)
  return answer.headers
}

/** What is done with each answer; the next frame is read when it resolves. */
export interface BlockTaker {
  block(hash: BlockHash, raw: Uint8Array): Promise<void>
  missing(hash: BlockHash): void
}

/** Streams blocks in the order asked. Bytes that are not the block asked for are a DecodeError. */
export const fetchBlocks = (
  { host, protocols }: Wire,
  peer: string,
  hashes: readonly BlockHash[],
  taker: BlockTaker,
): Promise<void> =>
  converse(host, peer, protocols.blocks, async stream => {
    await send(stream, getBlocksMessage, { hashes })
    for (const hash of hashes) {
      const raw = await receive(stream, blockMessage, BLOCK_WAIT_MS)
      if (!raw) {
        taker.missing(hash)
        continue
      }
      if (raw.length < HEADER_SIZE || hashHeaderBytes(raw.subarray(0, HEADER_SIZE)) !== hash)
        throw new DecodeError('not the block asked for', 0)
      await taker.block(hash, raw)
    }
  })

export const fetchBlockTransactions = (
  { host, protocols }: Wire,
  peer: string,
  hash: BlockHash,
  indexes: readonly number[],
): Promise<BlockTransactions> =>
  ask(host, peer, protocols.blockTransactions, getBlockTransactionsMessage, { hash, indexes }, blockTransactionsMessage)

/** Wtxids in the peer's mempool, parents before children as far as it lists them so. */
export async function fetchMempoolList({ host, protocols }: Wire, peer: string): Promise<readonly Wtxid[]> {
  const answer = await ask(host, peer, protocols.mempool, getTransactionsMessage, { wtxids: [] }, mempoolListMessage)
  return answer.wtxids
}

/** Streams the transactions asked for; those the peer no longer has do not come. */
export async function fetchTransactions(
  { host, protocols }: Wire,
  peer: string,
  wtxids: readonly Wtxid[],
  take: (batch: readonly Transaction[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < wtxids.length; at += MOST_WANTED) {
    const part = wtxids.slice(at, at + MOST_WANTED)
    await converse(host, peer, protocols.mempool, async stream => {
      await send(stream, getTransactionsMessage, { wtxids: part })
      let left = part.length
      for (;;) {
        const batch = await receive(stream, batchMessage)
        if (batch.length === 0) return
        left -= batch.length
        if (left < 0) throw new DecodeError('more transactions than asked for', 0)
        await take(batch)
      }
    })
  }
}
