import { sha256 as incrementalSha256 } from '@noble/hashes/sha2.js'
import {
  type BlockHash,
  fromDisplayHex,
  type Height,
  type OutpointKey,
  type Sats,
  sha256,
  toDisplayHex,
  varBytes,
  Writer,
} from '@raistone/primitives'
import type { Coin } from '../coin.js'
import type { CoinWalk } from '../store/coin-store.js'
import { Slices } from '../verify/next-turn.js'
import { MuHash } from './muhash.js'

/** What Core's `gettxoutsetinfo` tells about the coins after a block. */
export interface CoinStatistics {
  readonly height: Height
  readonly bestBlock: BlockHash
  /** Transactions with unspent outputs. */
  readonly transactions: number
  readonly txouts: number
  /** A database-independent measure of size. */
  readonly bogosize: number
  readonly totalAmount: Sats
  /** MuHash3072 of the coins, display order. */
  readonly muhash: string
  /** Core's `hash_serialized_3`, display order. */
  readonly hashSerialized: string
  /** Bytes that the coins take on the disk, estimated. */
  readonly diskSize: number
}

/** Bytes of a coin without its script, as Core counts them. */
const BOGOSIZE = 32 + 4 + 4 + 8 + 2

/** A coin as the set hashes see it: outpoint, height and coinbase flag, output. */
export function serialiseCoin(at: OutpointKey, coin: Coin): Uint8Array {
  const writer = new Writer(32 + 4 + 4 + 8 + varBytes.size(coin.script))
  writer.raw(fromDisplayHex(at.slice(0, 64)))
  writer.u32(Number(at.slice(65)))
  writer.u32(coin.height * 2 + (coin.coinbase ? 1 : 0))
  writer.u64(coin.value)
  varBytes.write(writer, coin.script)
  return writer.bytes
}

const STEP = 200
const SLICE_MS = 5

/** Shows every coin, in small slices, and closes the walk. Throws a StoreError. */
async function eachCoin(walk: CoinWalk, visit: (at: OutpointKey, coin: Coin) => void): Promise<void> {
  const slices = new Slices(SLICE_MS)
  try {
    for (let coins = await walk.next(STEP); coins.length > 0; coins = await walk.next(STEP)) {
      for (const [at, coin] of coins) {
        visit(at, coin)
        if (slices.over) await slices.pause()
      }
    }
  } finally {
    await walk.close()
  }
}

/** Core's `hash_serialized_3` in display order and the number of the coins, which is all that a snapshot is known by. */
export async function hashCoins(walk: CoinWalk): Promise<{ readonly coinsHash: string; readonly coins: number }> {
  const serialised = incrementalSha256.create()
  let coins = 0
  await eachCoin(walk, (at, coin) => {
    serialised.update(serialiseCoin(at, coin))
    coins++
  })
  return { coinsHash: toDisplayHex(sha256(serialised.digest())), coins }
}

/** Walks over all coins in small slices and closes the walk. */
export async function measureCoins(
  walk: CoinWalk,
  tip: { readonly height: Height; readonly bestBlock: BlockHash },
  diskSize: number,
): Promise<CoinStatistics> {
  const muhash = new MuHash()
  const serialised = incrementalSha256.create()
  let [transactions, txouts, bogosize, totalAmount, lastTxid] = [0, 0, 0, 0n, '']
  await eachCoin(walk, (at, coin) => {
    const bytes = serialiseCoin(at, coin)
    muhash.add(bytes)
    serialised.update(bytes)
    txouts++
    bogosize += BOGOSIZE + coin.script.length
    totalAmount += coin.value
    if (!at.startsWith(lastTxid) || lastTxid === '') transactions++
    lastTxid = at.slice(0, 64)
  })
  return {
    ...tip,
    transactions,
    txouts,
    bogosize,
    totalAmount,
    muhash: toDisplayHex(muhash.digest()),
    hashSerialized: toDisplayHex(sha256(serialised.digest())),
    diskSize,
  }
}
