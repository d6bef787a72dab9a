import { fromDisplayHex, type OutpointKey, Reader, toDisplayHex, Writer } from '@raistone/primitives'
import type { Coin } from '../coin.js'
import { crc32c } from './crc32c.js'
import { StoreError } from './store-error.js'

/** Keys of coins begin with this letter. */
export const COIN_PREFIX = 'c'

const NUMBERED = 12
const CHECKSUM = 4

/** Big-endian and shortest form, so that the coins of a transaction lie in the order of its outputs. */
function voutBytes(vout: number): number[] {
  if (vout < 0xfd) return [vout]
  if (vout <= 0xffff) return [0xfd, vout >> 8, vout & 255]
  return [0xfe, vout >>> 24, (vout >>> 16) & 255, (vout >>> 8) & 255, vout & 255]
}

function readVout(key: Uint8Array): number {
  let vout = 0
  for (let i = key[33] === 0xfd || key[33] === 0xfe ? 34 : 33; i < key.length; i++)
    vout = vout * 256 + (key[i] as number)
  return vout
}

/** `c`, the transaction's id in internal order, the output's index. */
export function coinKey(at: OutpointKey): Uint8Array {
  const vout = voutBytes(Number(at.slice(65)))
  const key = new Uint8Array(33 + vout.length)
  key[0] = COIN_PREFIX.charCodeAt(0)
  key.set(fromDisplayHex(at.slice(0, 64)), 1)
  key.set(vout, 33)
  return key
}

/** The inverse of `coinKey`. */
export const outpointOfCoinKey = (key: Uint8Array): OutpointKey =>
  `${toDisplayHex(key.subarray(1, 33))}:${readVout(key)}` as OutpointKey

/** Height and coinbase flag, value, script; then a checksum over the key and all that. */
export function encodeCoin(key: Uint8Array, coin: Coin): Uint8Array {
  const writer = new Writer(NUMBERED + coin.script.length + CHECKSUM)
  writer.u32(coin.height * 2 + (coin.coinbase ? 1 : 0))
  writer.u64(coin.value)
  writer.raw(coin.script)
  writer.u32(crc32c(key, writer.bytes.subarray(0, NUMBERED + coin.script.length)))
  return writer.bytes
}

/** Throws a StoreError `damaged` if the checksum does not match. */
export function decodeCoin(key: Uint8Array, record: Uint8Array): Coin {
  const end = record.length - CHECKSUM
  const sound = end >= NUMBERED && new Reader(record.subarray(end)).u32() === crc32c(key, record.subarray(0, end))
  if (!sound) throw new StoreError('damaged', `the record of coin ${outpointOfCoinKey(key)} is damaged`)
  const reader = new Reader(record)
  const code = reader.u32()
  return {
    value: reader.u64(),
    script: Uint8Array.from(record.subarray(NUMBERED, end)),
    height: code >>> 1,
    coinbase: (code & 1) === 1,
  }
}
