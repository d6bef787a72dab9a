import { Point } from '@noble/secp256k1'
import { concatBytes, toHex } from '@raistone/primitives'

/** BIP-0341: the output key of an internal key and a tweak, with the parity that a control block carries. */
export function tweakKey(internalKey: Uint8Array, tweak: Uint8Array): { key: Uint8Array; parity: number } {
  const internal = Point.fromBytes(concatBytes(Uint8Array.of(2), internalKey))
  const bytes = internal.add(Point.BASE.multiply(BigInt(`0x${toHex(tweak)}`))).toBytes(true)
  return { key: bytes.slice(1), parity: (bytes[0] as number) & 1 }
}
