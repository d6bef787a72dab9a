import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { Point } from '@noble/secp256k1'
import { concatBytes, toHex } from '@raistone/primitives'

/** A public key with its chain code (BIP-0032), from which further public keys follow. */
export interface PublicBranch {
  /** Compressed. */
  readonly publicKey: Uint8Array
  readonly chainCode: Uint8Array
}

const KEY_BYTES = 32

/**
 * The compressed public key at each index of the branch: BIP-0032's CKDpub for an index that is not hardened. A wallet
 * asks for all it watches whenever it is opened, so the parent is decoded once. That an index has no key, one in 2^127
 * of them, is an exception here.
 */
export function childKeys({ publicKey, chainCode }: PublicBranch): (index: number) => Uint8Array {
  const parent = Point.fromBytes(publicKey)
  return index => {
    const position = new Uint8Array(4)
    new DataView(position.buffer).setUint32(0, index)
    const left = hmac(sha512, chainCode, concatBytes(publicKey, position)).subarray(0, KEY_BYTES)
    return Point.BASE.multiply(BigInt(`0x${toHex(left)}`))
      .add(parent)
      .toBytes(true)
  }
}
