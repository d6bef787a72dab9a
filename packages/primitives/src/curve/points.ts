import { Point } from '@noble/secp256k1'

/** The 65-byte form of a compressed or uncompressed key; undefined if it is no point of the curve. */
export function uncompressedKey(key: Uint8Array): Uint8Array | undefined {
  try {
    return Point.fromBytes(key).toBytes(false)
  } catch {
    return undefined
  }
}
