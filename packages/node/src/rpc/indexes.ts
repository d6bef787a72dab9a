import { toHex } from '@raistone/primitives'
import { type Handlers, type JsonObject, RpcError, rpcCode } from '@raistone/rpc'
import { parseHash, requireEntry } from './arguments.js'
import type { RpcContext } from './context.js'

/** Core's reasons, which tell a block off the active chain from one that is still to come. */
function filterNotFound(isConnected: boolean, isReady: boolean): RpcError {
  if (!isConnected) {
    return new RpcError(rpcCode.invalidAddressOrKey, 'Filter not found. Block was not connected to active chain.')
  }
  return isReady
    ? new RpcError(rpcCode.internal, 'Filter not found. This error is unexpected and indicates index corruption.')
    : new RpcError(rpcCode.misc, 'Filter not found. Block filters are still in the process of being indexed.')
}

async function blockFilter(context: RpcContext, blockhash: string, type: string): Promise<JsonObject> {
  const { chain, indexes } = context
  parseHash(blockhash, 'blockhash')
  if (type !== 'basic') throw new RpcError(rpcCode.invalidAddressOrKey, 'Unknown filtertype')
  const { filters } = indexes
  if (!filters) throw new RpcError(rpcCode.misc, `Index is not enabled for filtertype ${type}`)
  const entry = requireEntry(context, blockhash, 'blockhash')
  const isReady = await filters.caughtUp()
  const found = await filters.ask(index => index.find(entry))
  if (!found) throw filterNotFound(chain.isActive(entry), isReady && filters.synced)
  return { filter: toHex(found.filter), header: found.header }
}

/** What can be asked about indexes, and of those that have calls of their own. */
export function indexHandlers(context: RpcContext): Pick<Handlers, 'getblockfilter' | 'getindexinfo'> {
  const { transactions, filters } = context.indexes
  const all = [transactions, filters].filter(index => index !== undefined)
  return {
    getblockfilter: ({ blockhash, filtertype }) => blockFilter(context, blockhash, filtertype),
    getindexinfo: ({ index_name }) =>
      Object.fromEntries(
        all
          .filter(({ name }) => index_name === undefined || index_name === name)
          .map(({ name, synced, height }) => [name, { synced, best_block_height: Math.max(0, height) }]),
      ),
  }
}
