import { DecodeError, Reader, varBytes, Writer } from '@raistone/primitives'
import type { Coin } from '../coin.js'

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

/** What a block spent: per transaction, coinbase included (empty), the coins in input order. */
export function encodeUndo(spent: readonly (readonly Coin[])[]): Uint8Array {
  let size = 4
  for (const coins of spent) size += coins.reduce((sum, coin) => sum + coinSize(coin), 4)
  const writer = new Writer(size)
  writer.u32(spent.length)
  for (const coins of spent) {
    writer.u32(coins.length)
    for (const coin of coins) writeCoin(writer, coin)
  }
  return writer.bytes
}

/** The inverse of `encodeUndo`; throws a DecodeError. */
export function decodeUndo(record: Uint8Array): readonly (readonly Coin[])[] {
  const reader = new Reader(record)
  const spent = Array.from({ length: readCount(reader, 4) }, () =>
    Array.from({ length: readCount(reader, LEAST_COIN) }, () => readCoin(reader)),
  )
  reader.end()
  return spent
}
