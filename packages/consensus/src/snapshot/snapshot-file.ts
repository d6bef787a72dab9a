import {
  type BlockHash,
  bytes,
  type Codec,
  compactSizeLength,
  compareBytes,
  hash32,
  struct,
  u16,
  u64,
  Writer,
} from '@raistone/primitives'
import type { Coin } from '../coin.js'
import { compressAmount } from './compressed-amount.js'
import { compressedScriptSize, writeCompressedScript } from './compressed-script.js'
import { varintSize, writeVarint } from './varint.js'

/** Core's file of `dumptxoutset`: `utxo` and ff, which no text has. */
export const FILE_MAGIC = Uint8Array.of(0x75, 0x74, 0x78, 0x6f, 0xff)
export const FILE_VERSION = 2

/** What a file begins with. The coins follow, by transaction in the order of their ids' bytes. */
export interface SnapshotHead {
  readonly magic: Uint8Array
  readonly version: number
  /** The chain's bytes before blocks, from its genesis file. */
  readonly network: Uint8Array
  /** The coins are those after this block. */
  readonly base: BlockHash
  readonly coins: bigint
}

export const snapshotHead: Codec<SnapshotHead> = struct({
  magic: bytes(FILE_MAGIC.length),
  version: u16,
  network: bytes(4),
  base: hash32<BlockHash>(),
  coins: u64,
})
export const HEAD_BYTES = 51

/** An unspent output of a transaction. */
export interface OutputCoin {
  readonly vout: number
  readonly coin: Coin
}

const codeOf = ({ height, coinbase }: Coin): bigint => BigInt(height) * 2n + (coinbase ? 1n : 0n)

const coinSize = ({ vout, coin }: OutputCoin): number =>
  compactSizeLength(vout) +
  varintSize(codeOf(coin)) +
  varintSize(compressAmount(coin.value)) +
  compressedScriptSize(coin.script)

/** From here on the order of the numbers is not that of their bytes. */
const LEAST_UNORDERED = 16_512

function varintBytes(n: number): Uint8Array {
  const writer = new Writer(varintSize(BigInt(n)))
  writeVarint(writer, BigInt(n))
  return writer.bytes
}

/** The order of a transaction's coins: that of the keys in Core's database, whose numbers are VARINTs. */
export const compareVouts = (a: number, b: number): number =>
  a < LEAST_UNORDERED && b < LEAST_UNORDERED ? a - b : compareBytes(varintBytes(a), varintBytes(b))

/** A transaction's coins: its id in internal order, how many there are, each with its index. */
export function encodeCoins(txid: Uint8Array, coins: readonly OutputCoin[]): Uint8Array {
  const size = coins.reduce((sum, coin) => sum + coinSize(coin), 32 + compactSizeLength(coins.length))
  const writer = new Writer(size)
  writer.raw(txid)
  writer.compactSize(coins.length)
  for (const { vout, coin } of [...coins].sort((a, b) => compareVouts(a.vout, b.vout))) {
    writer.compactSize(vout)
    writeVarint(writer, codeOf(coin))
    writeVarint(writer, compressAmount(coin.value))
    writeCompressedScript(writer, coin.script)
  }
  return writer.bytes
}
