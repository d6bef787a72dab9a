import { type BlockHash, fromHex, type Height, type Txid, toHex } from '@raistone/primitives'
import { type RpcClient, RpcError } from '@raistone/rpc'
import { type ChainSource, WalletError } from '@raistone/wallet'

/** Core's code for a height that is not there, or a transaction that is gone. */
const INVALID_PARAMETER = -8
const NOT_FOUND = -5
/** Calls under way at a time. */
const AT_ONCE = 16

async function inParallel<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await ask(items[i] as T)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  return results
}

const unless = async <T>(code: number, answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer
  } catch (error) {
    if (error instanceof RpcError && error.code === code) return undefined
    throw error
  }
}

/** The chain as a node tells it by JSON-RPC. */
export function rpcSource(client: RpcClient): ChainSource {
  return {
    async tip() {
      const { blocks, bestblockhash } = await client.call<{ blocks: Height; bestblockhash: BlockHash }>(
        'getblockchaininfo',
      )
      return { height: blocks, hash: bestblockhash }
    },
    hashAt: height => unless(INVALID_PARAMETER, client.call<BlockHash>('getblockhash', [height])),
    blocks: hashes => inParallel(hashes, async hash => fromHex(await client.call<string>('getblock', [hash, 0]))),
    async mempool() {
      const txids = await client.call<Txid[]>('getrawmempool')
      const raws = await inParallel(txids, txid => unless(NOT_FOUND, client.call<string>('getrawtransaction', [txid])))
      return raws.filter(raw => raw !== undefined).map(fromHex)
    },
    async broadcast(raw) {
      try {
        return await client.call<Txid>('sendrawtransaction', [toHex(raw)])
      } catch (error) {
        if (error instanceof RpcError) throw new WalletError('refused', `the node refuses: ${error.message}`)
        throw error
      }
    },
  }
}
