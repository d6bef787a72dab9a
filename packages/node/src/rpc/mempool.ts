import { type Sats, SEQUENCE_FINAL, type Txid, transactionWeight } from '@raistone/primitives'
import { amount, type Handlers, invalidParameter, type JsonObject } from '@raistone/rpc'
import type { RpcContext, RpcMempool, RpcMempoolEntry } from './context.js'
import { mapInSlices } from './slices.js'

type MempoolHandlers = Pick<Handlers, 'getmempoolinfo' | 'getrawmempool'>

/** Core's -datacarriersize. */
const MAX_DATA_CARRIER_BYTES = 100_000
/** BIP-0125: an input below this announces that its transaction may be replaced. */
const REPLACEABLE_BELOW = SEQUENCE_FINAL - 1

/** The entry and all that `next` leads to, each once. */
function family(
  mempool: RpcMempool,
  entry: RpcMempoolEntry,
  next: (entry: RpcMempoolEntry) => Iterable<Txid>,
): readonly RpcMempoolEntry[] {
  const found = new Map<Txid, RpcMempoolEntry>([[entry.tx.txid, entry]])
  for (const member of found.values()) {
    for (const txid of next(member)) {
      const relative = found.has(txid) ? undefined : mempool.get(txid)
      if (relative) found.set(txid, relative)
    }
  }
  return [...found.values()]
}

const totalSize = (entries: readonly RpcMempoolEntry[]): number => entries.reduce((sum, entry) => sum + entry.vsize, 0)
const totalFee = (entries: readonly RpcMempoolEntry[]): Sats => entries.reduce((sum, entry) => sum + entry.fee, 0n)

const announcesReplacement = ({ tx }: RpcMempoolEntry): boolean =>
  tx.inputs.some(input => input.sequence < REPLACEABLE_BELOW)

/** An entry as Core's entryToJSON has it. */
function entryJson(mempool: RpcMempool, entry: RpcMempoolEntry): JsonObject {
  const ancestors = family(mempool, entry, ({ parents }) => parents)
  const descendants = family(mempool, entry, ({ children }) => children)
  return {
    vsize: entry.vsize,
    weight: transactionWeight(entry.tx),
    time: entry.timeSec,
    height: entry.height,
    descendantcount: descendants.length,
    descendantsize: totalSize(descendants),
    ancestorcount: ancestors.length,
    ancestorsize: totalSize(ancestors),
    wtxid: entry.tx.wtxid,
    fees: {
      base: amount(entry.fee),
      modified: amount(entry.fee),
      ancestor: amount(totalFee(ancestors)),
      descendant: amount(totalFee(descendants)),
    },
    depends: [...entry.parents].sort(),
    spentby: [...entry.children].sort(),
    'bip125-replaceable': ancestors.some(announcesReplacement),
    unbroadcast: false,
  }
}

function mempoolInfo({ mempool, policy }: RpcContext): JsonObject {
  return {
    loaded: true,
    size: mempool.size,
    bytes: mempool.bytes,
    usage: mempool.usage,
    total_fee: amount(mempool.totalFee),
    maxmempool: policy.maxMempoolBytes,
    mempoolminfee: amount(mempool.minFeeRate),
    minrelaytxfee: amount(policy.minRelayFeeRate),
    incrementalrelayfee: amount(policy.incrementalFeeRate),
    unbroadcastcount: 0,
    fullrbf: false,
    permitbaremultisig: true,
    maxdatacarriersize: MAX_DATA_CARRIER_BYTES,
  }
}

/** What can be asked about the mempool. */
export function mempoolHandlers(context: RpcContext): MempoolHandlers {
  const { mempool } = context
  return {
    getmempoolinfo: () => mempoolInfo(context),
    getrawmempool: async ({ verbose, mempool_sequence }) => {
      if (verbose && mempool_sequence) {
        throw invalidParameter('Verbose results cannot contain mempool sequence values.')
      }
      const entries = [...mempool.entries()]
      if (verbose) {
        return Object.fromEntries(
          await mapInSlices(entries, entry => [entry.tx.txid, entryJson(mempool, entry)] as const),
        )
      }
      const txids = entries.map(({ tx }) => tx.txid)
      return mempool_sequence ? { txids, mempool_sequence: mempool.sequence } : txids
    },
  }
}
