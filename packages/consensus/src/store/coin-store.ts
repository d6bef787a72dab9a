import { decode, type OutpointKey } from '@raistone/primitives'
import type { Coin } from '../coin.js'
import { CoinBatch, type CoinsTip, tipChecksum, tipKey, tipRecord } from './coin-batch.js'
import { COIN_PREFIX, coinKey, decodeCoin, HEAD_BYTES, outpointOfCoinKey, writeNumbers } from './coin-record.js'
import { type Database, type DatabaseIterator, prefixRange } from './database.js'
import { OUTPOINT_BYTES, writeOutpoint } from './outpoint-bytes.js'
import { StoreError } from './store-error.js'

export type { CoinsTip } from './coin-batch.js'

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

/** Adds coins to put and, where undefined, to delete. */
export function putCoins(batch: CoinBatch, changes: Iterable<readonly [OutpointKey, Coin | undefined]>): void {
  const head = new Uint8Array(HEAD_BYTES)
  for (const [outpoint, coin] of changes) {
    writeOutpoint(outpoint, head)
    if (!coin) batch.del(head, 0)
    else {
      writeNumbers(coin, head, OUTPOINT_BYTES)
      batch.put(head, 0, coin.script, 0, coin.script.length)
    }
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
  getMany(outpoints: readonly OutpointKey[]): Promise<(Coin | undefined)[]> {
    return this.readMany(outpoints.map(coinKey))
  }

  /** The same for keys of coins. */
  async readMany(keys: Uint8Array[]): Promise<(Coin | undefined)[]> {
    const records = await this.database.getMany(keys)
    return records.map((record, i) => record && decodeCoin(keys[i] as Uint8Array, record))
  }

  /** Coins to put and, where undefined, to delete, together with the tip: one durable batch. */
  async write(changes: Iterable<readonly [OutpointKey, Coin | undefined]>, tip: CoinsTip): Promise<void> {
    const batch = this.batch()
    putCoins(batch, changes)
    await batch.write(tip)
  }

  /** Changes to be written at once, given one by one. */
  batch(): CoinBatch {
    return new CoinBatch(this.database.batch())
  }

  walk(): CoinWalk {
    return new CoinWalk(this.database.iterator(prefixRange(COIN_PREFIX)))
  }

  /** Bytes that they take on the disk, roughly; 0 where nobody knows. */
  async bytesOnDisk(): Promise<number> {
    const { gte, lt } = prefixRange(COIN_PREFIX)
    return (await this.database.approximateSize?.(gte, lt)) ?? 0
  }

  /** Forgets everything: the coins are to be made again from the blocks. */
  async clear(): Promise<void> {
    await this.database.clear({ gte: tipKey, lt: prefixRange('t').lt })
    await this.database.clear(prefixRange(COIN_PREFIX))
  }
}
