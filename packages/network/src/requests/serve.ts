import { type BlockHash, ZERO_HASH } from '@raistone/primitives'
import { pause } from '../alarm.js'
import type { NetworkChain, NetworkMempool } from '../deps.js'
import type { FrameStream, ProtocolHandler } from '../host/host.js'
import {
  type BlockTransactions,
  blockTransactionsMessage,
  getBlockTransactionsMessage,
} from '../messages/block-transactions.js'
import { blockMessage, getBlocksMessage } from '../messages/blocks.js'
import { getHeadersMessage, headersMessage, MOST_HEADERS } from '../messages/headers.js'
import type { NetworkProtocols } from '../messages/protocols.js'
import {
  batchMessage,
  getTransactionsMessage,
  MOST_LISTED,
  mempoolListMessage,
  splitBatches,
} from '../messages/transactions.js'
import type { Rate } from '../peers/token-bucket.js'
import { receive, SLOW_READER_WAIT_MS, send } from './exchange.js'

export interface ServeDeps {
  readonly chain: NetworkChain
  readonly mempool: NetworkMempool
  /** Transactions of a block that is not in the chain yet, or why not. */
  blockTransactions(hash: BlockHash, indexes: readonly number[]): Promise<BlockTransactions>
  /** Resolves when the peer will hear of transactions that come from now on. */
  subscribed(peer: string): Promise<void>
  /** Milliseconds until this peer may ask again; undefined if it asks far too often. */
  wait(peer: string, protocol: string, rate: Rate): number | undefined
  readonly stopped: AbortSignal
}

async function serveHeaders(stream: FrameStream, { chain }: ServeDeps): Promise<void> {
  const { locator, stop } = await receive(stream, getHeadersMessage)
  const entries = chain.afterLocator(locator, MOST_HEADERS, stop === ZERO_HASH ? undefined : stop)
  await send(stream, headersMessage, { headers: entries.slice(0, MOST_HEADERS).map(entry => entry.header) })
}

/** Only blocks of the active chain: others may yet prove invalid, and whoever sends an invalid block pays for it. */
async function serveBlocks(stream: FrameStream, { chain }: ServeDeps): Promise<void> {
  const { hashes } = await receive(stream, getBlocksMessage)
  for (const hash of hashes) {
    const entry = chain.entry(hash)
    const active = entry !== undefined && chain.isActive(entry)
    await send(stream, blockMessage, active ? await chain.blockBytes(hash) : undefined, SLOW_READER_WAIT_MS)
  }
}

async function serveBlockTransactions(stream: FrameStream, deps: ServeDeps): Promise<void> {
  const { hash, indexes } = await receive(stream, getBlockTransactionsMessage)
  await send(stream, blockTransactionsMessage, await deps.blockTransactions(hash, indexes))
}

/** Listed only once the asker is subscribed: what comes later reaches it by topic, so nothing falls between. */
async function serveMempool(stream: FrameStream, { mempool, subscribed }: ServeDeps): Promise<void> {
  const { wtxids } = await receive(stream, getTransactionsMessage)
  if (wtxids.length === 0) {
    await subscribed(stream.peer)
    const listed = []
    for (const { tx } of mempool.entries()) if (listed.push(tx.wtxid) === MOST_LISTED) break
    await send(stream, mempoolListMessage, { wtxids: listed })
    return
  }
  const found = wtxids.flatMap(wtxid => mempool.byWtxid(wtxid)?.tx ?? [])
  for (const batch of splitBatches(found)) await send(stream, batchMessage, batch)
  await send(stream, batchMessage, [])
}

interface Row {
  readonly name: 'headers' | 'blocks' | 'blockTransactions' | 'mempool'
  readonly serve: (stream: FrameStream, deps: ServeDeps) => Promise<void>
  readonly streams: number
  readonly rate: Rate
}

/** What peers may ask, how many streams at once, and how often: work costs nothing on some chains. */
const rows: readonly Row[] = [
  { name: 'headers', serve: serveHeaders, streams: 4, rate: { burst: 200, perSec: 20 } },
  { name: 'blocks', serve: serveBlocks, streams: 4, rate: { burst: 200, perSec: 50 } },
  { name: 'blockTransactions', serve: serveBlockTransactions, streams: 8, rate: { burst: 200, perSec: 20 } },
  { name: 'mempool', serve: serveMempool, streams: 2, rate: { burst: 20, perSec: 2 } },
]

/** Handlers of the request protocols. Whoever asks faster than its rate waits for its answer. */
export const requestHandlers = (protocols: NetworkProtocols, deps: ServeDeps): readonly ProtocolHandler[] =>
  rows.map(({ name, serve, streams, rate }) => ({
    protocol: protocols[name],
    maxInboundStreams: streams,
    serve: async stream => {
      const waitMs = deps.wait(stream.peer, name, rate)
      if (waitMs === undefined) throw new Error('too many requests')
      if (waitMs > 0) await pause(waitMs, deps.stopped)
      await serve(stream, deps)
    },
  }))
