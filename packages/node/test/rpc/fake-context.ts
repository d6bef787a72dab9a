import { type BlockEntry, type Coin, type Reject, SnapshotError, type Verified } from '@raistone/consensus'
import { AddNodeError, type PeerInfo } from '@raistone/network'
import {
  type FilterHash,
  type FilterHeader,
  type OutpointKey,
  outpointKey,
  type Transaction,
  type Txid,
  toHex,
} from '@raistone/primitives'
import { tempDir } from '@raistone/testkit'
import type { RpcChain, RpcContext, RpcIndex, RpcMempool, RpcMempoolEntry, RpcNetwork } from '../../src/rpc/context.js'
import { blockAfter, blocks, entryOf, firstSpend, payTo, regtest, spend, spentInTwo } from './fake-ledger.js'

/** Waits in the mempool and spends the output of block 2. */
export const waiting = spend(firstSpend, 4_999_990_000n)
/** Spends `waiting`. */
export const child = spend(waiting, 4_999_980_000n, payTo, 0xffffffff)
/** A block the chain knows to be invalid. */
export const invalidBlock = blockAfter(blocks[2] as (typeof blocks)[number], 77)

const entries: BlockEntry[] = []
for (const [height, block] of blocks.entries()) entries.push(entryOf(block, height, entries[height - 1]))
const tip = entries[2] as BlockEntry
const invalidEntry: BlockEntry = { ...entryOf(invalidBlock, 3, tip), invalid: true }
/** A header whose block has not come, off the active chain. */
export const headerOnly: BlockEntry = {
  ...entryOf(blockAfter(blocks[1] as (typeof blocks)[number], 5), 2, entries[1]),
  data: false,
  txCount: 0,
}

const coins = new Map<OutpointKey, Coin>([
  [
    outpointKey({ txid: firstSpend.txid, vout: 0 }),
    { value: 4_999_999_000n, script: payTo, height: 2, coinbase: false },
  ],
  [
    outpointKey({ txid: (blocks[2] as (typeof blocks)[number]).transactions[0]?.txid as Txid, vout: 0 }),
    { value: 5_000_001_000n, script: payTo, height: 2, coinbase: true },
  ],
])

/** What the fake node was asked to do, in order. */
export interface Asked {
  readonly log: string[]
  submit: { readonly state: 'connected' | 'stored' | 'duplicate' } | { readonly reject: Reject }
  accept: { readonly fee: bigint } | { readonly reject: Reject }
  verified: Verified
}

const fakeChain = (asked: Asked): RpcChain => ({
  tip,
  bestHeader: tip,
  initialDownload: false,
  entry: hash => [...entries, invalidEntry, headerOnly].find(entry => entry.hash === hash),
  entryAt: height => entries[height],
  isActive: entry => entries.includes(entry),
  tips: () => [
    { entry: tip, status: 'active', length: 0 },
    { entry: headerOnly, status: 'headers-only', length: 1 },
  ],
  invalidate: async entry => void asked.log.push(`invalidate ${entry.hash}`),
  reconsider: async entry => void asked.log.push(`reconsider ${entry.hash}`),
  prefer: async entry => void asked.log.push(`prefer ${entry.hash}`),
  submitBlock: async ({ raw }) => {
    asked.log.push(`block of ${raw.length} bytes`)
    return 'reject' in asked.submit ? asked.submit : { ...asked.submit, entry: tip }
  },
  blockBytes: async hash => blocks.find(block => block.hash === hash)?.raw,
  block: async hash => blocks.find(block => block.hash === hash),
  spentCoins: async hash => (hash === tip.hash ? spentInTwo : [[]]),
  coins: async () => coins,
  prunedTo: 0,
  pruning: { targetBytes: undefined },
  prune: async height => {
    asked.log.push(`prune to ${height}`)
    return height
  },
  verify: async ({ level, blocks: count }) => {
    asked.log.push(`verify ${count} blocks at level ${level}`)
    return asked.verified
  },
  statistics: async () => ({
    height: 2,
    bestBlock: tip.hash,
    transactions: 2,
    txouts: 2,
    bogosize: 144,
    totalAmount: 10_000_000_000n,
    muhash: 'ab'.repeat(32),
    hashSerialized: 'ab'.repeat(32),
    diskSize: 1234,
  }),
  dump: async () => ({ base: tip, coins: 2, coinsHash: 'ab'.repeat(32), chainTxCount: 4, pieces: onePiece() }),
  loadSnapshot: async (source, { trusted }) => {
    for await (const piece of source) asked.log.push(`snapshot piece of ${piece.length} bytes`)
    asked.log.push(`trusted ${trusted}`)
    if (trusted?.startsWith('00')) throw new SnapshotError('Work does not exceed active chainstate.')
    return { base: tip, coins: 2 }
  },
  chainstates: [
    { tip: entries[1] as BlockEntry, snapshot: undefined, validated: true, cacheBytes: 100 },
    { tip, snapshot: entries[2]?.hash, validated: false, cacheBytes: 100.5 },
  ],
})

async function* onePiece(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1, 2, 3)
}

const poolEntry = (tx: Transaction, fee: bigint, parents: Txid[], children: Txid[]): RpcMempoolEntry => ({
  tx,
  fee,
  vsize: 100,
  timeSec: 1296688700,
  height: 2,
  parents,
  children,
})

function fakeMempool(asked: Asked): RpcMempool {
  const pool = [poolEntry(waiting, 9_000n, [], [child.txid]), poolEntry(child, 10_000n, [waiting.txid], [])]
  return {
    size: 2,
    bytes: 200,
    sequence: 3,
    totalFee: 19_000n,
    usage: 3_300,
    minFeeRate: 100n,
    accept: async (tx, options) => {
      asked.log.push(`${options?.testOnly ? 'test' : 'accept'} ${tx.txid}`)
      return 'reject' in asked.accept ? asked.accept : { entry: poolEntry(tx, asked.accept.fee, [], []) }
    },
    get: txid => pool.find(entry => entry.tx.txid === txid),
    byWtxid: wtxid => pool.find(entry => entry.tx.wtxid === wtxid),
    spender: key => pool.find(({ tx }) => tx.inputs.some(input => outpointKey(input.prevout) === key))?.tx.txid,
    coin: key =>
      key === `${child.txid}:0`
        ? { value: 4_999_980_000n, script: payTo, height: 0x7fffffff, coinbase: false }
        : undefined,
    entries: () => pool,
  }
}

export const peer: PeerInfo = {
  id: 3,
  peerId: '12D3KooWPeer',
  address: '/ip4/8.8.8.8/tcp/18444/p2p/12D3KooWPeer',
  hostPort: '8.8.8.8:18444',
  inbound: false,
  named: true,
  connectedAtMs: 1_700_000_000_500,
  lastSendMs: 1_700_000_001_500,
  lastReceiveMs: 1_700_000_002_500,
  lastBlockMs: 0,
  lastTransactionMs: 0,
  bytesSent: 10,
  bytesReceived: 20,
  pingMs: 12.5,
  minPingMs: undefined,
  userAgent: '/Other:1.0/',
  services: 9,
  startingHeight: 2,
  height: 2,
  tip: tip.hash,
  syncedHeaders: 2,
  syncedBlocks: -1,
  inFlight: [1],
  score: 0,
}

function fakeNetwork(asked: Asked): RpcNetwork {
  let active = true
  return {
    peerId: '12D3KooWSelf',
    get active() {
      return active
    },
    multiaddrs: () => ['/ip4/127.0.0.1/tcp/18444/p2p/12D3KooWSelf'],
    peers: () => [peer],
    addedNodes: () => [{ address: '10.0.0.1', connected: false, inbound: false, peer: undefined }],
    addNode: async (address, command) => {
      asked.log.push(`${command} ${address}`)
      if (address === 'unreachable') throw new Error('no route')
      if (address === 'a:b:c') throw new AddNodeError('bad-address', address)
    },
    disconnect: async which => which === 3 || which === peer.hostPort,
    setActive: async state => {
      active = state
    },
  }
}

/** How far the fake index is, which is asked for anything but blocks off the active chain. */
export interface Lag {
  readonly synced: boolean
  readonly height: number
}

const fakeIndex = <I>(name: string, { synced, height }: Lag, index: I): RpcIndex<I> => ({
  name,
  synced,
  height,
  caughtUp: async () => synced,
  ask: find => find(index),
})

/** Knows the filters of the blocks up to its height; each is its height in a byte. */
export const fakeFilters = (lag: Lag): RpcContext['indexes']['filters'] =>
  fakeIndex('basic block filter index', lag, {
    find: async ({ hash, height }) => {
      if (height > lag.height || entries[height]?.hash !== hash) return undefined
      const header = `0${height}`.repeat(32) as FilterHeader
      return { filter: Uint8Array.of(height), header, hash: header as string as FilterHash }
    },
  })

/** Knows the transactions of the blocks up to its height, but for the genesis block. */
export const fakeTransactions = (lag: Lag): RpcContext['indexes']['transactions'] =>
  fakeIndex('txindex', lag, {
    find: async txid => {
      const block = blocks
        .slice(1, lag.height + 1)
        .find(({ transactions }) => transactions.some(tx => tx.txid === txid))
      if (!block) return undefined
      const index = block.transactions.findIndex(tx => tx.txid === txid)
      const { raw } = block.transactions[index] as Transaction
      return { block: block.hash, index, offset: toHex(block.raw).indexOf(toHex(raw)) / 2, length: raw.length }
    },
  })

/** A context over three blocks, two waiting transactions and one peer. */
export function fakeContext(): { context: RpcContext; asked: Asked } {
  const asked: Asked = {
    log: [],
    submit: { state: 'connected' },
    accept: { fee: 1_000n },
    verified: { blocks: 2, fault: undefined, skipped: undefined },
  }
  const context: RpcContext = {
    params: regtest,
    chain: fakeChain(asked),
    mempool: fakeMempool(asked),
    indexes: { filters: fakeFilters({ synced: true, height: 2 }) },
    network: fakeNetwork(asked),
    generate: async (count, script, maxTries) => {
      asked.log.push(`generate ${count} ${script.length} ${maxTries}`)
      return Array(count).fill(tip.hash)
    },
    nextBits: () => 0x207fffff,
    policy: { maxMempoolBytes: 300_000_000, minRelayFeeRate: 1_000n, incrementalFeeRate: 1_000n, blockMinFeeRate: 1n },
    clock: { nowMs: () => 1_700_000_100_000 },
    startedAtMs: 1_700_000_000_000,
    userAgent: '/Raistone:0.1.0/',
    directory: tempDir(),
    databaseCacheBytes: 1 << 20,
    sizeOnDisk: async () => 4321,
    verifiedShare: () => 0.5,
    stop: () => asked.log.push('stop'),
  }
  return { context, asked }
}
