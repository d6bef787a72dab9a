import {
  type Codec,
  hash32,
  type Of,
  readTransaction,
  struct,
  type Transaction,
  u32,
  vector,
  type Wtxid,
} from '@raistone/primitives'
import type { Message } from './message.js'

/** Transactions in one batch. */
export const MOST_BATCH_TRANSACTIONS = 100
/** Bytes of a batch of several transactions. */
export const MOST_BATCH_BYTES = 100_000
/** A transaction that travels alone may be as heavy as policy allows (400,000), and no longer than that. */
export const MOST_TRANSACTION_BYTES = 400_000

/** BIP-0144 form. Each transaction gets bytes of its own when it is kept, not here. */
export const transactionCodec: Codec<Transaction> = {
  size: tx => tx.raw.length,
  write: (w, tx) => w.raw(tx.raw),
  read: r => readTransaction(r),
}

const batch = vector(transactionCodec, MOST_BATCH_TRANSACTIONS)
/** Part of an answer to `mempool`. */
export const batchMessage: Message<readonly Transaction[]> = {
  name: 'batch',
  codec: batch,
  most: MOST_TRANSACTION_BYTES + 1,
}

const news = struct({ salt: u32, transactions: batch })
/**
 * The content of topic `tx`. Messages are known by their content, and one that was seen is not sent again for
 * minutes: the salt lets the same transactions be told anew, after a reorganisation say.
 */
export type TransactionNews = Of<typeof news>
export const newsMessage: Message<TransactionNews> = { name: 'tx', codec: news, most: batchMessage.most + 4 }

/** Whether a batch keeps its limit: 100 kB, or a single transaction that is longer. */
export const batchFits = (transactions: readonly Transaction[]): boolean =>
  transactions.length === 1 || (transactions.length > 0 && batch.size(transactions) <= MOST_BATCH_BYTES)

/** Wtxids one request may ask for. */
export const MOST_WANTED = 1_000
/** Wtxids one list may name. */
export const MOST_LISTED = 50_000

const wanted = struct({ wtxids: vector(hash32<Wtxid>(), MOST_WANTED) })
/** Which transactions to send; an empty list asks for the list of all there are. */
export type GetTransactions = Of<typeof wanted>
export const getTransactionsMessage: Message<GetTransactions> = {
  name: 'getmempool',
  codec: wanted,
  most: 3 + MOST_WANTED * 32,
}

const listed = struct({ wtxids: vector(hash32<Wtxid>(), MOST_LISTED) })
export type MempoolList = Of<typeof listed>
export const mempoolListMessage: Message<MempoolList> = { name: 'mempool', codec: listed, most: 5 + MOST_LISTED * 32 }

/** Splits transactions into batches that keep the limits, in their order. */
export function splitBatches(transactions: Iterable<Transaction>): readonly (readonly Transaction[])[] {
  const batches: Transaction[][] = []
  let bytes = 0
  for (const tx of transactions) {
    const last = batches[batches.length - 1]
    if (last && last.length < MOST_BATCH_TRANSACTIONS && bytes + tx.raw.length < MOST_BATCH_BYTES) {
      last.push(tx)
      bytes += tx.raw.length
    } else {
      batches.push([tx])
      bytes = 1 + tx.raw.length
    }
  }
  return batches
}
