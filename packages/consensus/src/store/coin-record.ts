import { type OutpointKey, Reader, toDisplayHex } from '@raistone/primitives'
import type { Coin } from '../coin.js'
import { copyBytes, writeU32 } from './bytes.js'
import { crc32c } from './crc32c.js'
import { OUTPOINT_BYTES, writeOutpoint } from './outpoint-bytes.js'
import { StoreError } from './store-error.js'

/** Keys of coins begin with this letter. */
export const COIN_PREFIX = 'c'

const ID_BYTES = 32
/** Prefix and id. */
const KEY_HEAD = 33
/** Height with the coinbase flag, value. */
export const NUMBERS_BYTES = 12
/** Outpoint and numbers: all of a coin but its script. */
export const HEAD_BYTES = OUTPOINT_BYTES + NUMBERS_BYTES
export const CHECKSUM_BYTES = 4
/** The longest key. */
export const MOST_KEY_BYTES = KEY_HEAD + 5

/**
 * Writes `c`, the id in internal order and the index in big-endian order and shortest form, so that the coins of a
 * transaction lie in the order of its outputs. Returns where the key ends.
 */
export function writeCoinKey(outpoint: Uint8Array, from: number, out: Uint8Array, at: number): number {
  out[at] = COIN_PREFIX.charCodeAt(0)
  copyBytes(outpoint, from, out, at + 1, ID_BYTES)
  const a = outpoint[from + 32] as number
  const b = outpoint[from + 33] as number
  const c = outpoint[from + 34] as number
  const d = outpoint[from + 35] as number
  let end = at + KEY_HEAD
  if ((c | d) !== 0) {
    out[end++] = 0xfe
    out[end++] = d
    out[end++] = c
    out[end++] = b
  } else if (b !== 0 || a >= 0xfd) {
    out[end++] = 0xfd
    out[end++] = b
  }
  out[end++] = a
  return end
}

/** The key of the outpoint whose 36 bytes begin at `from`. */
export function coinKeyAt(outpoint: Uint8Array, from: number): Uint8Array {
  const key = new Uint8Array(MOST_KEY_BYTES)
  return key.subarray(0, writeCoinKey(outpoint, from, key, 0))
}

const outpointBytes = new Uint8Array(OUTPOINT_BYTES)

/** The key of an outpoint. */
export function coinKey(outpoint: OutpointKey): Uint8Array {
  writeOutpoint(outpoint, outpointBytes)
  return coinKeyAt(outpointBytes, 0)
}

function readVout(key: Uint8Array): number {
  let vout = 0
  for (let i = key[KEY_HEAD] === 0xfd || key[KEY_HEAD] === 0xfe ? KEY_HEAD + 1 : KEY_HEAD; i < key.length; i++)
    vout = vout * 256 + (key[i] as number)
  return vout
}

/** The inverse of `coinKey`. */
export const outpointOfCoinKey = (key: Uint8Array): OutpointKey =>
  `${toDisplayHex(key.subarray(1, KEY_HEAD))}:${readVout(key)}` as OutpointKey

/** The inverse of `coinKeyAt`: the outpoint's 36 bytes, to the beginning of `out`. */
export function readCoinKey(key: Uint8Array, out: Uint8Array): void {
  copyBytes(key, 1, out, 0, ID_BYTES)
  const vout = readVout(key)
  out[32] = vout
  out[33] = vout >>> 8
  out[34] = vout >>> 16
  out[35] = vout >>> 24
}

const eight = new Uint8Array(8)
const eightView = new DataView(eight.buffer)

/** Writes the numbers of a coin as its record has them. */
export function writeNumbers(coin: Coin, out: Uint8Array, at: number): void {
  writeU32(coin.height * 2 + (coin.coinbase ? 1 : 0), out, at)
  eightView.setBigUint64(0, coin.value, true)
  copyBytes(eight, 0, out, at + 4, 8)
}

/**
 * The coin of a record: height and coinbase flag, value, script; then a checksum over the key and all that. Throws a
 * StoreError `damaged` if the checksum does not match.
 */
export function decodeCoin(key: Uint8Array, record: Uint8Array): Coin {
  const end = record.length - CHECKSUM_BYTES
  const sound = end >= NUMBERS_BYTES && new Reader(record.subarray(end)).u32() === crc32c(key, record.subarray(0, end))
  if (!sound) throw new StoreError('damaged', `the record of coin ${outpointOfCoinKey(key)} is damaged`)
  const reader = new Reader(record)
  const code = reader.u32()
  return {
    value: reader.u64(),
    script: new Uint8Array(record.subarray(NUMBERS_BYTES, end)),
    height: code >>> 1,
    coinbase: (code & 1) === 1,
  }
}
