import { type BlockHash, concatBytes, type OutpointKey } from '@raistone/primitives'
import type { Coin } from '../../src/coin.js'
import { SnapshotReader, type SnapshotRules } from '../../src/snapshot/snapshot-reader.js'
import { writeSnapshot } from '../../src/snapshot/snapshot-writer.js'
import type { CoinAt } from '../../src/store/coin-store.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { liveParams } from './live-chain.js'

export async function* inPieces(file: Uint8Array, size = file.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.slice(at, at + size)
}

export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return concatBytes(...all)
}

/** The file of these coins. */
export async function snapshotOf(
  coins: Iterable<readonly [OutpointKey, Coin]>,
  base: BlockHash,
  magic = liveParams.magic,
): Promise<Uint8Array> {
  const store = await openMemoryStore()
  const all: CoinAt[] = [...coins]
  await store.coins.write(all, { hash: base, height: 1 })
  const file = await gather(writeSnapshot({ magic, base, coins: all.length }, store.coins.walk()))
  await store.close()
  return file
}

/** All coins of a file that comes in pieces of this size. */
export async function coinsOf(
  file: Uint8Array,
  baseHeight = 1000,
  size = file.length,
  rules: SnapshotRules = liveParams,
): Promise<CoinAt[]> {
  const reader = await SnapshotReader.open(inPieces(file, size), rules)
  const coins: CoinAt[] = []
  for await (const step of reader.coins(baseHeight)) coins.push(...step)
  return coins
}
