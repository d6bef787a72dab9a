import { concatBytes } from '../codec/bytes.js'
import { GROUP_ORDER, readNumber } from '../curve/field.js'
import { decodeBase58Check, encodeBase58Check } from './base58check.js'

/** A private key as wallets exchange it, with whether its public key is used compressed. */
export interface WifKey {
  readonly key: Uint8Array
  readonly compressed: boolean
}

/** Wallet import format; `version` is the chain's private key version byte. */
export const encodeWif = ({ key, compressed }: WifKey, version: number): string =>
  encodeBase58Check(concatBytes(Uint8Array.of(version), key, compressed ? Uint8Array.of(1) : new Uint8Array(0)))

/** The key of a WIF text of this chain; undefined for anything else, numbers that are no private key included. */
export function decodeWif(text: string, version: number): WifKey | undefined {
  const payload = decodeBase58Check(text, 34)
  if (!payload || payload[0] !== version) return undefined
  const compressed = payload.length === 34 && payload[33] === 1
  if (!compressed && payload.length !== 33) return undefined
  const key = payload.slice(1, 33)
  const scalar = readNumber(key)
  return scalar > 0n && scalar < GROUP_ORDER ? { key, compressed } : undefined
}
