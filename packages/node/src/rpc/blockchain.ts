import type { BlockEntry } from '@raistone/consensus'
import { type Block, blockWeight, encodeHeader, outpointKey, type Txid, toHex } from '@raistone/primitives'
import { amount, type Handlers, invalidParameter, type JsonObject, RpcError, rpcCode } from '@raistone/rpc'
import { parseHash, requireEntry } from './arguments.js'
import type { RpcContext } from './context.js'
import { chainWorkText, headerJson, targetJson } from './header-json.js'
import { mapInSlices } from './slices.js'
import { scriptJson, transactionJson } from './transaction-json.js'

type BlockchainHandlers = Pick<
  Handlers,
  | 'getbestblockhash'
  | 'getblock'
  | 'getblockchaininfo'
  | 'getblockcount'
  | 'getblockhash'
  | 'getblockheader'
  | 'gettxout'
  | 'gettxoutsetinfo'
  | 'pruneblockchain'
>

async function blockchainInfo(context: RpcContext): Promise<JsonObject> {
  const { chain, params } = context
  const { tip } = chain
  return {
    chain: params.name,
    blocks: tip.height,
    headers: chain.bestHeader.height,
    bestblockhash: tip.hash,
    ...targetJson(tip.header.bits),
    time: tip.header.time,
    mediantime: tip.medianTimePast,
    verificationprogress: context.verifiedShare(),
    initialblockdownload: chain.initialDownload,
    chainwork: chainWorkText(tip),
    size_on_disk: await context.sizeOnDisk(),
    pruned: chain.pruning !== undefined,
    pruneheight: chain.pruning && chain.prunedTo + 1,
    automatic_pruning: chain.pruning && chain.pruning.targetBytes !== undefined,
    prune_target_size: chain.pruning?.targetBytes,
    signet_challenge: params.signetChallenge && toHex(params.signetChallenge),
    warnings: [],
  }
}

async function transactionsJson(context: RpcContext, block: Block, verbosity: number): Promise<JsonObject[]> {
  const spent = await context.chain.spentCoins(block.hash)
  return mapInSlices(block.transactions, (tx, i) => {
    const coins = spent?.[i]
    const detail = coins && { coins, prevouts: verbosity >= 3 }
    return { ...transactionJson(tx, context.params, detail), hex: toHex(tx.raw) }
  })
}

const notAvailable = ({ chain }: RpcContext, entry: BlockEntry): RpcError => {
  const why = entry.txCount > 0 && entry.height <= chain.prunedTo ? 'pruned data' : 'not fully downloaded'
  return new RpcError(rpcCode.misc, `Block not available (${why})`)
}

async function blockJson(context: RpcContext, entry: BlockEntry, verbosity: number): Promise<JsonObject> {
  const block = await context.chain.block(entry.hash)
  if (!block) throw notAvailable(context, entry)
  const tx =
    verbosity > 1 ? await transactionsJson(context, block, verbosity) : block.transactions.map(({ txid }) => txid)
  return {
    ...headerJson(context.chain, entry),
    strippedsize: block.strippedSize,
    size: block.raw.length,
    weight: blockWeight(block),
    tx,
  }
}

async function unspentOutput(
  context: RpcContext,
  txid: Txid,
  vout: number,
  mempool: boolean,
): Promise<JsonObject | null> {
  const { chain, params } = context
  const key = outpointKey({ txid, vout })
  if (mempool && context.mempool.spender(key) !== undefined) return null
  const fresh = mempool ? context.mempool.coin(key) : undefined
  const coin = fresh ?? (await chain.coins([key])).get(key)
  if (!coin) return null
  const { tip } = chain
  return {
    bestblock: tip.hash,
    confirmations: fresh ? 0 : tip.height - coin.height + 1,
    value: amount(coin.value),
    scriptPubKey: scriptJson(coin.script, params),
    coinbase: coin.coinbase,
  }
}

const hashTypes: readonly string[] = ['hash_serialized_3', 'muhash', 'none']

async function coinSetInfo({ chain }: RpcContext, shown: string): Promise<JsonObject> {
  const figures = await chain.statistics()
  return {
    height: figures.height,
    bestblock: figures.bestBlock,
    txouts: figures.txouts,
    bogosize: figures.bogosize,
    hash_serialized_3: shown === 'hash_serialized_3' ? figures.hashSerialized : undefined,
    muhash: shown === 'muhash' ? figures.muhash : undefined,
    total_amount: amount(figures.totalAmount),
    transactions: figures.transactions,
    disk_size: figures.diskSize,
  }
}

/** Numbers above it are times (Core: pruneblockchain). */
const FIRST_TIME = 1_000_000_000
/** Core's TIMESTAMP_WINDOW: how far times of blocks may be out of order, seconds. */
const TIME_WINDOW_SEC = 2 * 3600

/** The height of the first block that was made at a time or later. */
function heightAt({ chain }: RpcContext, timeSec: number): number {
  for (let height = 0, entry = chain.entryAt(0); entry; entry = chain.entryAt(++height))
    if (entry.header.time >= timeSec - TIME_WINDOW_SEC) return height
  throw invalidParameter('Could not find block with at least the specified timestamp.')
}

async function pruneBlocks(context: RpcContext, wanted: number): Promise<number> {
  const { chain } = context
  if (!chain.pruning) throw new RpcError(rpcCode.misc, 'Cannot prune blocks because node is not in prune mode.')
  if (wanted < 0) throw invalidParameter('Negative block height.')
  const height = wanted > FIRST_TIME ? heightAt(context, wanted) : wanted
  if (height > chain.tip.height) throw invalidParameter('Blockchain is shorter than the attempted prune height.')
  return chain.prune(height)
}

/** What can be asked about blocks and coins. */
export function blockchainHandlers(context: RpcContext): BlockchainHandlers {
  const { chain } = context
  return {
    getblockchaininfo: () => blockchainInfo(context),
    getblockcount: () => chain.tip.height,
    getbestblockhash: () => chain.tip.hash,
    getblockhash: ({ height }) => {
      const entry = height < 0 ? undefined : chain.entryAt(height)
      if (!entry) throw invalidParameter('Block height out of range')
      return entry.hash
    },
    getblockheader: ({ blockhash, verbose }) => {
      const entry = requireEntry(context, blockhash, 'hash')
      return verbose ? headerJson(chain, entry) : toHex(encodeHeader(entry.header))
    },
    getblock: async ({ blockhash, verbosity }) => {
      const entry = requireEntry(context, blockhash, 'blockhash')
      if (verbosity > 0) return blockJson(context, entry, verbosity)
      const raw = await chain.blockBytes(entry.hash)
      if (!raw) throw notAvailable(context, entry)
      return toHex(raw)
    },
    gettxout: ({ txid, n, include_mempool }) => {
      return unspentOutput(context, parseHash<Txid>(txid, 'txid'), n, include_mempool)
    },
    pruneblockchain: ({ height }) => pruneBlocks(context, height),
    gettxoutsetinfo: ({ hash_type, hash_or_height }) => {
      if (!hashTypes.includes(hash_type)) throw invalidParameter(`'${hash_type}' is not a valid hash_type`)
      if (hash_or_height !== undefined)
        throw invalidParameter('Querying specific block heights requires coinstatsindex')
      return coinSetInfo(context, hash_type)
    },
  }
}
