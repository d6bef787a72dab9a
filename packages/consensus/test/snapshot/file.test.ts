import { describe, expect, test } from '@jest/globals'
import {
  type BlockHash,
  concatBytes,
  fromHex,
  type OutpointKey,
  outpointKey,
  Reader,
  sha256,
  type Txid,
  toDisplayHex,
  toHex,
  uncompressedKey,
  Writer,
} from '@raistone/primitives'
import { seededRandom, testKey } from '@raistone/testkit'
import type { Coin } from '../../src/coin.js'
import { compressAmount, decompressAmount } from '../../src/snapshot/compressed-amount.js'
import {
  compressedScriptSize,
  readCompressedScript,
  writeCompressedScript,
} from '../../src/snapshot/compressed-script.js'
import { type LoadProgress, loadCoins } from '../../src/snapshot/load-coins.js'
import { SnapshotError } from '../../src/snapshot/snapshot-error.js'
import { encodeCoins, HEAD_BYTES, type OutputCoin } from '../../src/snapshot/snapshot-file.js'
import { SnapshotReader } from '../../src/snapshot/snapshot-reader.js'
import { readVarint, writeVarint } from '../../src/snapshot/varint.js'
import { hashCoins } from '../../src/statistics/coin-statistics.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { coreCoinbase, firstCoin, nodeScript } from '../support/core-coinbase.js'
import { liveParams } from '../support/live-chain.js'
import { coinsOf, inPieces, snapshotOf } from '../support/snapshots.js'

const base = '09abf0e7b510f61ca6cf33bab104e9ee99b3528b371d27a2d4b39abb800fba7e' as BlockHash
const random = seededRandom(7)
const pick = (below: number): number => Math.floor(random() * below)
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => pick(256))

const push = (key: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(key.length), key, Uint8Array.of(0xac))
const key = testKey(1).publicKey
const otherKey = Uint8Array.from(key, (byte, i) => (i === 0 ? byte ^ 1 : byte))
const fullKeys = [key, otherKey].map(each => uncompressedKey(each) as Uint8Array)
const offCurve = Uint8Array.from(fullKeys[0] as Uint8Array, (byte, i) => (i === 64 ? byte ^ 1 : byte))

/** Each form of script, with the bytes that it takes compressed. */
const scripts: readonly (readonly [string, Uint8Array, number])[] = [
  ['to a key hash', concatBytes(fromHex('76a914'), noise(20), fromHex('88ac')), 21],
  ['to a script hash', concatBytes(fromHex('a914'), noise(20), fromHex('87')), 21],
  ['to a key', push(key), 33],
  ['to its mirror', push(otherKey), 33],
  ['to a key in full', push(fullKeys[0] as Uint8Array), 33],
  ['to its mirror in full', push(fullKeys[1] as Uint8Array), 33],
  ['to what is no key', push(offCurve), 68],
  ['to a hybrid key', push(Uint8Array.from(fullKeys[0] as Uint8Array, (byte, i) => (i === 0 ? 6 : byte))), 68],
  ['to a program', concatBytes(fromHex('0014'), noise(20)), 23],
  ['almost to a key hash', concatBytes(fromHex('76a914'), noise(20), fromHex('88ad')), 26],
  ['empty', new Uint8Array(0), 1],
  ['long', concatBytes(fromHex('51'), noise(9_999)), 10_002],
]

const coinAt = (at: number, script: Uint8Array, value = BigInt(pick(2 ** 40))): Coin => ({
  value,
  script,
  height: at % 900,
  coinbase: at % 3 === 0,
})

/** Transactions with one or more outputs, up to indices whose order is not that of their bytes. */
function randomCoins(count: number): [OutpointKey, Coin][] {
  const vouts = [0, 1, 127, 128, 252, 253, 16_511, 16_512, 40_000, 70_000]
  return Array.from({ length: count }, (_, i) => {
    const txid = toDisplayHex(noise(32)) as Txid
    const some = vouts.filter((_, at) => at === 0 || pick(4) === 0)
    return some.map((vout): [OutpointKey, Coin] => {
      const [, script] = scripts[pick(scripts.length)] as (typeof scripts)[number]
      return [outpointKey({ txid, vout }), coinAt(i, script)]
    })
  }).flat()
}

/** A line for each coin, in the order of their names. */
const listOf = (coins: readonly (readonly [OutpointKey, Coin])[]): string =>
  coins
    .map(([at, { value, script, height, coinbase }]) => `${at} ${value} ${height} ${coinbase} ${toHex(script)}`)
    .sort()
    .join('\n')

/** What a damaged file is refused with, or its coins. */
const outcomeOf = (file: Uint8Array): Promise<string> =>
  coinsOf(file).then(listOf, (error: unknown) => {
    if (error instanceof SnapshotError) return `refused: ${error.message}`
    throw error
  })

describe('the file of a coin set', () => {
  test('is the one that Core writes of the same coins (rpc_dumptxoutset.py)', async () => {
    const coins = Array.from({ length: 100 }, (_, i): readonly [OutpointKey, Coin] =>
      firstCoin(coreCoinbase(i + 1, nodeScript), i + 1, true),
    )
    const file = await snapshotOf(coins, base)
    expect(toHex(sha256(file))).toBe('31fcdd0cf542a4b1dfc13c3c05106620ce48951ef62907dd8e5e8c15a0aa993b')
  })

  test('gives back every coin, in whatever pieces it comes', async () => {
    const coins = randomCoins(180)
    const file = await snapshotOf(coins, base)
    for (const size of [file.length, 11_003]) expect(listOf(await coinsOf(file, 1000, size))).toEqual(listOf(coins))
    const few = coins.slice(0, 5)
    expect(listOf(await coinsOf(await snapshotOf(few, base), 1000, 1))).toEqual(listOf(few))
    expect(await coinsOf(await snapshotOf([], base))).toEqual([])
  })

  test('is not believed when a bit is flipped, a byte is missing or one too many', async () => {
    const few = randomCoins(2).map(([at, coin]): [OutpointKey, Coin] => [
      at,
      coin.script.length > 70 ? { ...coin, script: Uint8Array.of(0x51) } : coin,
    ])
    const file = await snapshotOf(few, base)
    for (let at = HEAD_BYTES; at < file.length; at++) {
      const damaged = file.slice()
      damaged[at] = (damaged[at] as number) ^ (1 << pick(8))
      expect(await outcomeOf(damaged)).not.toBe(listOf(few))
    }
    for (let length = 0; length < file.length; length++)
      expect(await outcomeOf(file.slice(0, length))).toMatch(/^refused: .*end of data/)
    expect(await outcomeOf(concatBytes(file, Uint8Array.of(0)))).toMatch(/^refused: Bad snapshot - coins left over/)
  })
})

test('many coins are brought to the store in several writes, and those are told', async () => {
  const coins = Array.from({ length: 1700 }, (_, i): [OutpointKey, Coin] => [
    outpointKey({ txid: i.toString(16).padStart(64, '0') as Txid, vout: i }),
    coinAt(i, Uint8Array.of(0x51)),
  ])
  const file = await snapshotOf(coins, base)
  const reader = await SnapshotReader.open(inPieces(file), liveParams)
  const store = await openMemoryStore()
  const told: number[] = []
  const progress = ({ coins: so }: LoadProgress): number => told.push(so)
  await loadCoins(reader, store.coins, { hash: base, height: 1000 }, { progress, batchBytes: 40_000 })
  expect(told).toEqual([700, 1400])
  expect(await hashCoins(store.coins.walk())).toMatchObject({ coins: 1700 })
  await store.close()
})

/** A head that says what it should, but for some bytes, and the rest. */
function fileOf(coins: number, parts: readonly Uint8Array[], head: (bytes: Uint8Array) => void = () => undefined) {
  const writer = new Writer(HEAD_BYTES)
  writer.raw(fromHex('7574786fff0200'))
  writer.raw(fromHex(liveParams.magic))
  writer.id(base)
  writer.u64(BigInt(coins))
  head(writer.bytes)
  return concatBytes(writer.bytes, ...parts)
}

const script = fromHex('51')
const one = (vout: number, more: Partial<Coin> = {}): OutputCoin => ({
  vout,
  coin: { value: 1n, script, height: 5, coinbase: false, ...more },
})
const group = (first: number, ...coins: OutputCoin[]): Uint8Array => {
  const id = new Uint8Array(32)
  id[0] = first
  return encodeCoins(id, coins)
}
/** The same without sorting: one coin of two, twice. */
const repeated = (): Uint8Array => {
  const bytes = group(1, one(0), one(1))
  const [at, size] = [33, (bytes.length - 33) / 2]
  bytes.copyWithin(at + size, at, at + size)
  return bytes
}

describe('a file is refused that', () => {
  test.each<[string, Uint8Array, RegExp]>([
    [
      'is something else',
      fileOf(0, [], bytes => bytes.fill(0x61, 0, 5)),
      /^refused: Invalid UTXO set snapshot magic bytes/,
    ],
    [
      'is of another version',
      fileOf(0, [], bytes => bytes.fill(1, 5, 6)),
      /^refused: Version of snapshot 1 does not match/,
    ],
    [
      'is of another network',
      fileOf(0, [], bytes => bytes.set(fromHex('f9beb4d9'), 7)),
      /^refused: The network of the snapshot \(f9beb4d9\) does not match the network of this node \(fabfb5da\)\.$/,
    ],
    ['ends in its head', fileOf(0, []).slice(0, 50), /^refused: the head of the snapshot: end of data/],
    ['has no order of transactions', fileOf(2, [group(2, one(0)), group(1, one(0))]), /transactions out of order$/],
    ['has a transaction twice', fileOf(2, [group(1, one(0)), group(1, one(1))]), /transactions out of order$/],
    ['has a coin twice', fileOf(2, [repeated()]), /outputs out of order$/],
    ['has a transaction without coins', fileOf(1, [group(1)]), /a transaction without coins$/],
    ['has more coins than it says', fileOf(1, [group(1, one(0), one(1))]), /more coins than the metadata say$/],
    ['has fewer coins than it says', fileOf(2, [group(1, one(0))]), /truncated snapshot after deserializing 1 coins/],
    ['goes on', fileOf(1, [group(1, one(0)), group(2, one(0))]), /coins left over after deserializing 1 coins/],
    ['has a coin of the future', fileOf(1, [group(1, one(0, { height: 1001 }))]), /height 1001, above the base/],
    ['has too much money', fileOf(1, [group(1, one(0, { value: 21n * 10n ** 14n + 1n }))]), /bad tx out value$/],
    ['has a coin nobody can spend', fileOf(1, [group(1, one(0, { script: fromHex('6a01ff') }))]), /nobody can spend$/],
  ])('%s', async (_, file, why) => {
    expect(await outcomeOf(file)).toMatch(why)
  })

  test('has a script that is too long, or a number, or a key that is none', async () => {
    const bytes = group(1, one(0))
    const withScript = (compressed: string): Uint8Array =>
      fileOf(1, [concatBytes(bytes.subarray(0, -2), fromHex(compressed))])
    const long = new Writer(3)
    writeVarint(long, 10_007n)
    expect(await outcomeOf(withScript(toHex(long.bytes.subarray(0, long.offset))))).toMatch(/a script of 10001 bytes$/)
    expect(await outcomeOf(withScript('ffffffffffffffffffffff'))).toMatch(/a number of more than 64 bits$/)
    expect(await outcomeOf(withScript(`04${'ff'.repeat(32)}`))).toMatch(/no point of the curve$/)
    const most = one(0, { height: 1000, value: 21n * 10n ** 14n })
    expect(await outcomeOf(fileOf(1, [group(1, most)]))).not.toMatch(/^refused/)
  })
})

describe('what is compressed', () => {
  /** Core: compress_tests.cpp. */
  test.each([
    [0n, 0n],
    [1n, 1n],
    [1_000_000n, 7n],
    [100_000_000n, 9n],
    [5_000_000_000n, 50n],
    [2_100_000_000_000_000n, 21_000_000n],
  ])('the amount %d becomes %d', (amount, compressed) => {
    expect(compressAmount(amount)).toBe(compressed)
    expect(decompressAmount(compressed)).toBe(amount)
  })

  test('amounts come back, and no number stands for the amount of another', () => {
    for (let i = 0; i < 600; i++) {
      const amount = BigInt(pick(2 ** 40)) * 10n ** BigInt(pick(4))
      expect(decompressAmount(compressAmount(amount))).toBe(amount)
      const compressed = BigInt(pick(i < 300 ? 2000 : 2 ** 45))
      expect(compressAmount(decompressAmount(compressed))).toBe(compressed)
    }
  })

  test.each(scripts)('a script %s comes back', (_, script, size) => {
    const writer = new Writer(compressedScriptSize(script))
    writeCompressedScript(writer, script)
    expect(writer.offset).toBe(size)
    const reader = new Reader(writer.bytes)
    expect(readCompressedScript(reader)).toEqual(script)
    reader.end()
  })

  /** Core: serialize.h. */
  test.each([
    [0n, '00'],
    [127n, '7f'],
    [128n, '8000'],
    [255n, '807f'],
    [256n, '8100'],
    [16_383n, 'fe7f'],
    [16_384n, 'ff00'],
    [16_511n, 'ff7f'],
    [65_535n, '82fe7f'],
    [2n ** 32n, '8efefeff00'],
  ])('the number %d is %s', (n, hex) => {
    const writer = new Writer(hex.length / 2)
    writeVarint(writer, n)
    expect(toHex(writer.bytes)).toBe(hex)
    expect(readVarint(new Reader(fromHex(hex)))).toBe(n)
  })
})
