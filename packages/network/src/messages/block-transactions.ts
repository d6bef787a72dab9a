import {
  type BlockHash,
  type Codec,
  compactSize,
  DecodeError,
  hash32,
  type Of,
  struct,
  type Transaction,
  u8,
  vector,
} from '@raistone/primitives'
import { MOST_BLOCK_BYTES } from './blocks.js'
import { MOST_BLOCK_TRANSACTIONS } from './compact-block.js'
import type { Message } from './message.js'
import { transactionCodec } from './transactions.js'

const anyIndexes = vector(compactSize, MOST_BLOCK_TRANSACTIONS)
/** Named twice, a transaction would be sent twice: an answer could be made far longer than any block. */
const indexes: Codec<readonly number[]> = {
  ...anyIndexes,
  read: r => {
    const start = r.offset
    const value = anyIndexes.read(r)
    if (value.some((index, i) => index <= (value[i - 1] ?? -1))) throw new DecodeError('indexes do not rise', start)
    return value
  },
}

const question = struct({ hash: hash32<BlockHash>(), indexes })
/** Which transactions of a block are missing, by index, rising. */
export type GetBlockTransactions = Of<typeof question>
export const getBlockTransactionsMessage: Message<GetBlockTransactions> = {
  name: 'getblocktxn',
  codec: question,
  most: 35 + 3 * MOST_BLOCK_TRANSACTIONS,
}

const states = ['found', 'not-yet', 'unknown'] as const
/** `not-yet`: the sender still rebuilds the block itself. `unknown`: it does not have it. */
export type BlockTransactionsState = (typeof states)[number]

const state: Codec<BlockTransactionsState> = {
  size: () => 1,
  write: (w, value) => w.u8(states.indexOf(value)),
  read: r => {
    const start = r.offset
    const value = states[u8.read(r)]
    if (value === undefined) throw new DecodeError('unknown state', start)
    return value
  },
}

const answer = struct({ state, transactions: vector(transactionCodec, MOST_BLOCK_TRANSACTIONS) })
/** The transactions asked for, in that order; none unless `found`. */
export interface BlockTransactions {
  readonly state: BlockTransactionsState
  readonly transactions: readonly Transaction[]
}
export const blockTransactionsMessage: Message<BlockTransactions> = {
  name: 'blocktxn',
  codec: answer,
  most: 4 + MOST_BLOCK_BYTES,
}
