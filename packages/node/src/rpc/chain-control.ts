import type { BlockEntry } from '@raistone/consensus'
import { type Handlers, invalidParameter, type JsonValue, RpcError, rpcCode } from '@raistone/rpc'
import { requireEntry } from './arguments.js'
import type { RpcContext } from './context.js'

type ChainControlHandlers = Pick<Handlers, 'getchaintips' | 'invalidateblock' | 'preciousblock' | 'reconsiderblock'>

/** How the operator overrules the choice of the best chain. */
export function chainControlHandlers(context: RpcContext): ChainControlHandlers {
  const { chain, mempool } = context
  const control = async (blockhash: string, change: (entry: BlockEntry) => Promise<void>): Promise<JsonValue> => {
    await change(requireEntry(context, blockhash, 'blockhash'))
    await mempool.settled?.()
    return null
  }
  return {
    getchaintips: () =>
      chain.tips().map(({ entry, status, length }) => {
        return { height: entry.height, hash: entry.hash, branchlen: length, status }
      }),
    invalidateblock: ({ blockhash }) =>
      control(blockhash, entry => {
        if (!entry.parent) throw invalidParameter('The genesis block cannot be invalidated')
        return chain.invalidate(entry).catch((error: unknown) => {
          throw error instanceof RangeError ? new RpcError(rpcCode.misc, error.message) : error
        })
      }),
    preciousblock: ({ blockhash }) => control(blockhash, entry => chain.prefer(entry)),
    reconsiderblock: ({ blockhash }) => control(blockhash, entry => chain.reconsider(entry)),
  }
}
