import type { BlockEntry, Coin } from '@raistone/consensus'
import { type Block, decodeTransaction, type Transaction, type Txid } from '@raistone/primitives'
import { RpcError, rpcCode } from '@raistone/rpc'
import type { RpcContext } from './context.js'

/** A transaction and where it was found. */
export interface Found {
  readonly tx: Transaction
  /** The block it is in; undefined for the mempool. */
  readonly entry?: BlockEntry
  /** The caller named the block. */
  readonly isGiven?: boolean
  readonly spent?: readonly Coin[] | undefined
}

const notFound = (why: string): RpcError =>
  new RpcError(rpcCode.invalidAddressOrKey, `${why}. Use gettransaction for wallet transactions.`)

/** Nothing can spend it, and it is no entry of any index. */
function refuseGenesisCoinbase({ params }: RpcContext, txid: Txid): void {
  if (txid !== params.genesis.transactions[0]?.txid) return
  throw new RpcError(
    rpcCode.invalidAddressOrKey,
    'The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved',
  )
}

async function requireBlock({ chain }: RpcContext, entry: BlockEntry): Promise<Block> {
  const block = await chain.block(entry.hash)
  if (!block) throw new RpcError(rpcCode.misc, 'Block not available')
  return block
}

/** What the transaction at this place of a block spent, where that is known; nothing for a coinbase. */
const spentAt = async (
  { chain }: RpcContext,
  entry: BlockEntry,
  index: number,
): Promise<readonly Coin[] | undefined> => (index > 0 ? (await chain.spentCoins(entry.hash))?.[index] : undefined)

async function findInBlock(context: RpcContext, txid: Txid, entry: BlockEntry, withSpent: boolean): Promise<Found> {
  const block = await requireBlock(context, entry)
  const index = block.transactions.findIndex(tx => tx.txid === txid)
  const tx = block.transactions[index]
  if (!tx) throw notFound('No such transaction found in the provided block')
  return { tx, entry, isGiven: true, spent: withSpent ? await spentAt(context, entry, index) : undefined }
}

/** Of the block only the transaction's own bytes are decoded. */
async function findInIndex(context: RpcContext, txid: Txid, withSpent: boolean): Promise<Found | undefined> {
  const { chain, indexes } = context
  const place = await indexes.transactions?.ask(index => index.find(txid))
  const entry = place && chain.entry(place.block)
  const raw = entry && (await chain.blockBytes(place.block))
  if (!raw) return undefined
  const tx = decodeTransaction(raw.slice(place.offset, place.offset + place.length))
  return { tx, entry, spent: withSpent ? await spentAt(context, entry, place.index) : undefined }
}

/**
 * The transaction in the block given; without one in the mempool, then in any block that the index of transactions
 * knows. Refuses with Core's words what it does not find.
 */
export async function findTransaction(
  context: RpcContext,
  txid: Txid,
  entry: BlockEntry | undefined,
  withSpent: boolean,
): Promise<Found> {
  refuseGenesisCoinbase(context, txid)
  if (entry) return findInBlock(context, txid, entry, withSpent)
  const { mempool, indexes } = context
  const isReady = await indexes.transactions?.caughtUp()
  const waiting = mempool.get(txid)
  const found = waiting ? { tx: waiting.tx } : await findInIndex(context, txid, withSpent)
  if (found) return found
  if (isReady) throw notFound('No such mempool or blockchain transaction')
  throw notFound(
    indexes.transactions
      ? 'No such mempool transaction. Blockchain transactions are still in the process of being indexed'
      : 'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries',
  )
}
