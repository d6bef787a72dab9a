import {
  DecodeError,
  fromDisplayHex,
  type OutpointKey,
  outpointKey,
  Reader,
  type Txid,
  toDisplayHex,
  varBytes,
  Writer,
} from '@raistone/primitives'
import { type Coin, noCoins } from '../coin.js'

/** Bytes of a coin with an empty script. */
const LEAST_COIN = 13

const coinSize = (coin: Coin): number => 12 + varBytes.size(coin.script)

function writeCoin(writer: Writer, coin: Coin): void {
  writer.u32(coin.height * 2 + (coin.coinbase ? 1 : 0))
  writer.u64(coin.value)
  varBytes.write(writer, coin.script)
}

function readCoin(reader: Reader): Coin {
  const code = reader.u32()
  const value = reader.u64()
  return { value, script: Uint8Array.from(varBytes.read(reader)), height: code >>> 1, coinbase: (code & 1) === 1 }
}

/** A count of things of at least `least` bytes each, which the rest of the record must have room for. */
function readCount(reader: Reader, least: number): number {
  const count = reader.u32()
  if (count * least > reader.remaining) throw new DecodeError(`count ${count} beyond the end`, reader.offset)
  return count
}

const OUTPOINT = 36

function writeOverwritten(writer: Writer, coins: ReadonlyMap<OutpointKey, Coin>): void {
  writer.u32(coins.size)
  for (const [at, coin] of coins) {
    writer.raw(fromDisplayHex(at.slice(0, 64)))
    writer.u32(Number(at.slice(65)))
    writeCoin(writer, coin)
  }
}

function readOverwritten(reader: Reader): ReadonlyMap<OutpointKey, Coin> {
  const coins = new Map<OutpointKey, Coin>()
  const count = readCount(reader, OUTPOINT + LEAST_COIN)
  if (count === 0) throw new DecodeError('a list of nothing', reader.offset)
  for (let i = 0; i < count; i++) {
    const txid = toDisplayHex(reader.raw(32)) as Txid
    coins.set(outpointKey({ txid, vout: reader.u32() }), readCoin(reader))
  }
  return coins
}

/**
 * What a block spent: per transaction, coinbase included (empty), the coins in input order. Behind them, if there are any,
 * the coins that its own took the place of.
 */
export function encodeUndo(
  spent: readonly (readonly Coin[])[],
  overwritten: ReadonlyMap<OutpointKey, Coin> = noCoins,
): Uint8Array {
  let size = 4
  for (const coins of spent) size += coins.reduce((sum, coin) => sum + coinSize(coin), 4)
  if (overwritten.size > 0) size += [...overwritten.values()].reduce((sum, coin) => sum + OUTPOINT + coinSize(coin), 4)
  const writer = new Writer(size)
  writer.u32(spent.length)
  for (const coins of spent) {
    writer.u32(coins.length)
    for (const coin of coins) writeCoin(writer, coin)
  }
  if (overwritten.size > 0) writeOverwritten(writer, overwritten)
  return writer.bytes
}

function readSpent(reader: Reader): readonly (readonly Coin[])[] {
  return Array.from({ length: readCount(reader, 4) }, () =>
    Array.from({ length: readCount(reader, LEAST_COIN) }, () => readCoin(reader)),
  )
}

/** All that disconnecting a block brings back; throws a DecodeError. */
export function decodeUndoWhole(record: Uint8Array): {
  readonly spent: readonly (readonly Coin[])[]
  readonly overwritten: ReadonlyMap<OutpointKey, Coin>
} {
  const reader = new Reader(record)
  const spent = readSpent(reader)
  const overwritten = reader.remaining > 0 ? readOverwritten(reader) : noCoins
  reader.end()
  return { spent, overwritten }
}

/** What the block spent; throws a DecodeError. */
export const decodeUndo = (record: Uint8Array): readonly (readonly Coin[])[] => decodeUndoWhole(record).spent
