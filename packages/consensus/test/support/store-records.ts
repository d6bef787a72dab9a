import {
  type Block,
  type BlockHash,
  fromDisplayHex,
  type OutpointKey,
  outpointKey,
  type Txid,
} from '@raistone/primitives'
import fc from 'fast-check'
import type { Coin } from '../../src/coin.js'
import type { CoinsTip } from '../../src/store/coin-store.js'
import type { Database } from '../../src/store/database.js'
import type { EntryRecord } from '../../src/store/entry-record.js'

const hex32 = (n: number): string => n.toString(16).padStart(64, '0')

/** The outpoint number `n`, all of different transactions. */
export const coinAt = (n: number, vout = 0): OutpointKey => outpointKey({ txid: hex32(n) as Txid, vout })

/** A coin told from others by its value. */
export const coinOf = (n: number, change: Partial<Coin> = {}): Coin => ({
  value: BigInt(n),
  script: Uint8Array.of(0x51, 0x52),
  height: 7,
  coinbase: false,
  ...change,
})

export const tipAt = (height: number): CoinsTip => ({ hash: hex32(height + 0xabc) as BlockHash, height })

/** A stored header of this block. */
export const entryOf = ({ hash, header }: Block, change: Partial<EntryRecord> = {}): EntryRecord => ({
  ...header,
  hash: fromDisplayHex(hash),
  prev: fromDisplayHex(header.prev),
  merkleRoot: fromDisplayHex(header.merkleRoot),
  height: 3,
  txCount: 1,
  failed: false,
  disowned: false,
  checked: true,
  sequence: 5,
  raw: 0,
  undo: 1,
  ...change,
})

export const anyCoin: fc.Arbitrary<Coin> = fc.record({
  value: fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
  script: fc.uint8Array({ maxLength: 40 }),
  height: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  coinbase: fc.boolean(),
})

/** LevelDB gives Buffers, whose `slice` shares their memory. */
export const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes)

/** Every record of the database, to be looked at or damaged. */
export async function recordsOf(database: Database): Promise<[Uint8Array, Uint8Array][]> {
  const iterator = database.iterator({ gte: new Uint8Array(0), lt: new Uint8Array(64).fill(255) })
  const records: [Uint8Array, Uint8Array][] = []
  for (let step = await iterator.nextv(100); step.length > 0; step = await iterator.nextv(100))
    records.push(...step.map(([key, value]): [Uint8Array, Uint8Array] => [copyOf(key), copyOf(value)]))
  await iterator.close()
  return records
}

/** Puts a record behind the store's back. */
export async function putRecord(database: Database, key: Uint8Array, value: Uint8Array): Promise<void> {
  const batch = database.batch()
  batch.put(key, value)
  await batch.write()
}
