import { Point } from '@noble/secp256k1'
import { concatBytes, fromHex, toHex } from '@raistone/primitives'

const number = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

/** BIP-0341: the output key of an internal key and a tweak, with the parity that a control block carries. */
export function tweakKey(internalKey: Uint8Array, tweak: Uint8Array): { key: Uint8Array; parity: number } {
  const internal = Point.fromBytes(concatBytes(Uint8Array.of(2), internalKey))
  const bytes = internal.add(Point.BASE.multiply(number(tweak))).toBytes(true)
  return { key: bytes.slice(1), parity: (bytes[0] as number) & 1 }
}

/** BIP-0341: the private key of the output key; the internal key is the one of the two with even y. */
export function tweakPrivateKey(privateKey: Uint8Array, tweak: Uint8Array): Uint8Array {
  const { n } = Point.CURVE()
  const secret = number(privateKey)
  const isOdd = Point.BASE.multiply(secret).toBytes(true)[0] === 3
  const even = isOdd ? n - secret : secret
  return fromHex(((even + number(tweak)) % n).toString(16).padStart(64, '0'))
}
