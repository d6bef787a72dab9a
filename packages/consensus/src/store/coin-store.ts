import {
  type BlockHash,
  decode,
  encode,
  type Height,
  hash32,
  type OutpointKey,
  struct,
  u32,
} from '@raistone/primitives'
import type { Coin } from '../coin.js'
import { COIN_PREFIX, coinKey, decodeCoin, encodeCoin, outpointOfCoinKey } from './coin-record.js'
import { crc32c } from './crc32c.js'
import { type Database, type DatabaseIterator, prefixedKey, prefixRange } from './database.js'
import { StoreError } from './store-error.js'

/** The block that the coins in `chainstate/` are the result of. */
export interface CoinsTip {
  readonly hash: BlockHash
  readonly height: Height
}

const tipRecord = struct({ hash: hash32<BlockHash>(), height: u32, checksum: u32 })
const tipKey = prefixedKey('t', new Uint8Array(0))

const tipChecksum = (tip: CoinsTip): number => crc32c(encode(tipRecord, { ...tip, checksum: 0 }))

/** A coin with its name. */
export type CoinAt = readonly [OutpointKey, Coin]

/** Walks over all coins in the order of their keys, several at a time; the walk sees no later change. */
export class CoinWalk {
  constructor(private readonly iterator: DatabaseIterator) {}

  /** The next coins; empty at the end. Throws a StoreError `damaged`. */
  async next(most: number): Promise<CoinAt[]> {
    const records = await this.iterator.nextv(most)
    return records.map(([key, record]) => [outpointOfCoinKey(key), decodeCoin(key, record)])
  }

  close(): Promise<void> {
    return this.iterator.close()
  }
}

/** `chainstate/`: the coins and the block they belong to. */
export class CoinStore {
  constructor(readonly database: Database) {}

  /** Undefined before the first flush. Throws a StoreError `damaged`. */
  async tip(): Promise<CoinsTip | undefined> {
    const record = await this.database.get(tipKey)
    if (!record) return undefined
    if (record.length !== 40) throw new StoreError('damaged', 'the tip record of the coins is damaged')
    const { hash, height, checksum } = decode(tipRecord, record)
    const tip = { hash, height }
    if (checksum !== tipChecksum(tip)) throw new StoreError('damaged', 'the tip record of the coins is damaged')
    return tip
  }

  /** One answer per outpoint, in order. Throws a StoreError `damaged`. */
  async getMany(outpoints: readonly OutpointKey[]): Promise<(Coin | undefined)[]> {
    const keys = outpoints.map(coinKey)
    const records = await this.database.getMany(keys)
    return records.map((record, i) => record && decodeCoin(keys[i] as Uint8Array, record))
  }

  /** Coins to put and, where undefined, to delete, together with the tip: one durable batch. */
  async write(changes: Iterable<readonly [OutpointKey, Coin | undefined]>, tip: CoinsTip): Promise<void> {
    const batch = this.database.batch()
    for (const [at, coin] of changes) {
      const key = coinKey(at)
      if (coin) batch.put(key, encodeCoin(key, coin))
      else batch.del(key)
    }
    batch.put(tipKey, encode(tipRecord, { ...tip, checksum: tipChecksum(tip) }))
    await batch.write({ sync: true })
  }

  walk(): CoinWalk {
    return new CoinWalk(this.database.iterator(prefixRange(COIN_PREFIX)))
  }

  /** Forgets everything: the coins are to be made again from the blocks. */
  async clear(): Promise<void> {
    await this.database.clear({ gte: tipKey, lt: prefixRange('t').lt })
    await this.database.clear(prefixRange(COIN_PREFIX))
  }
}
