import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ChainDump, type Chainstate, SnapshotError } from '@raistone/consensus'
import { type Handlers, invalidParameter, type JsonObject, RpcError, rpcCode } from '@raistone/rpc'
import type { RpcContext } from './context.js'
import { targetJson } from './header-json.js'

type SnapshotHandlers = Pick<Handlers, 'dumptxoutset' | 'getchainstates' | 'loadtxoutset'>

const READ_BYTES = 1 << 20

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w')
  } catch {
    throw invalidParameter(`Couldn't open file ${path} for writing.`)
  }
}

async function writeDump(chain: RpcContext['chain'], path: string): Promise<ChainDump> {
  const file = await openForWriting(path)
  try {
    const dump = await chain.dump()
    for await (const piece of dump.pieces) await file.writeFile(piece)
    await file.sync()
    return dump
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Core: dumptxoutset. The file has its name only when it is whole. */
async function dump({ chain, directory }: RpcContext, name: string, type: string): Promise<JsonObject> {
  if (type === 'rollback') throw invalidParameter('Outputs of an older block cannot be dumped: the type is "latest".')
  if (type !== 'latest' && type !== '')
    throw invalidParameter(`Invalid snapshot type "${type}" specified. Please specify "latest".`)
  const path = resolve(directory, name)
  if (await exists(path))
    throw invalidParameter(
      `${path} already exists. If you are sure this is what you want, move it out of the way first.`,
    )
  const incomplete = `${path}.incomplete`
  const { coins, coinsHash, base, chainTxCount } = await writeDump(chain, incomplete)
  await rename(incomplete, path)
  return {
    coins_written: coins,
    base_hash: base.hash,
    base_height: base.height,
    path,
    txoutset_hash: coinsHash,
    nchaintx: chainTxCount,
  }
}

/** Core: loadtxoutset, with the hash that Core has only in its program. */
async function load(context: RpcContext, name: string, hash: string | undefined): Promise<JsonObject> {
  const { chain, directory, mempool, log } = context
  if (hash !== undefined && !/^[0-9a-fA-F]{64}$/.test(hash))
    throw invalidParameter(`hash must be of 64 hexadecimal digits (not '${hash}')`)
  const path = resolve(directory, name)
  const file = await open(path).catch(() => {
    throw invalidParameter(`Couldn't open file ${path} for reading.`)
  })
  const refuse = (why: string): RpcError =>
    new RpcError(rpcCode.internal, `Unable to load UTXO snapshot: ${why}. (${path})`)
  try {
    if (mempool.size > 0) throw refuse("Can't activate a snapshot when mempool not empty")
    const source = createReadStream('', { fd: file, autoClose: false, highWaterMark: READ_BYTES })
    const { base, coins } = await chain.loadSnapshot(source, {
      trusted: hash?.toLowerCase(),
      progress: ({ coins, of }) => log?.info('loading snapshot', { coins, of }),
    })
    return { coins_loaded: coins, tip_hash: base.hash, base_height: base.height, path }
  } catch (error) {
    throw error instanceof SnapshotError ? refuse(error.message.replace(/\.$/, '')) : error
  } finally {
    await file.close()
  }
}

/** Of the best header chain, by height. */
const share = ({ chain }: RpcContext, height: number): number => (height + 1) / (chain.bestHeader.height + 1)

function chainstateJson(context: RpcContext, { tip, snapshot, validated, cacheBytes }: Chainstate): JsonObject {
  return {
    blocks: tip.height,
    bestblockhash: tip.hash,
    ...targetJson(tip.bits),
    verificationprogress: tip === context.chain.tip ? context.verifiedShare() : share(context, tip.height),
    snapshot_blockhash: snapshot,
    coins_db_cache_bytes: context.databaseCacheBytes,
    coins_tip_cache_bytes: Math.floor(cacheBytes),
    validated,
  }
}

/** How a node takes over the coins of another, and gives its own. */
export function snapshotHandlers(context: RpcContext): SnapshotHandlers {
  const { chain } = context
  return {
    dumptxoutset: ({ path, type }) => dump(context, path, type),
    loadtxoutset: ({ path, hash }) => load(context, path, hash),
    getchainstates: () => ({
      headers: chain.bestHeader.height,
      chainstates: chain.chainstates.map(each => chainstateJson(context, each)),
    }),
  }
}
