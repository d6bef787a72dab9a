import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@raistone/primitives'
import { GROUP_ORDER, mod, pair, toBytes, toNumber } from './numbers.js'

/** What is used of the npm package `secp256k1` to make cases quickly. */
interface Bindings {
  publicKeyCreate(secret: Uint8Array, compressed: boolean): Uint8Array
  publicKeyConvert(key: Uint8Array, compressed: boolean): Uint8Array
  publicKeyTweakAdd(key: Uint8Array, tweak: Uint8Array, compressed: boolean): Uint8Array
  publicKeyTweakMul(key: Uint8Array, factor: Uint8Array, compressed: boolean): Uint8Array
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { signature: Uint8Array }
  ecdsaRecover(signature: Uint8Array, id: number, digest: Uint8Array, compressed: boolean): Uint8Array
}

// @ts-expect-error the package has no types
const { default: bindings } = (await import('secp256k1/bindings.js')) as { default: Bindings }

/** All functions here take and give points as 65 bytes: 04, x, y. */
export type LongKey = Uint8Array

export const xOf = (key: LongKey): Uint8Array => key.slice(1, 33)
export const parityOf = (key: LongKey): number => (key[64] as number) & 1
export const compressed = (key: LongKey): Uint8Array => concatBytes(Uint8Array.of(2 + parityOf(key)), xOf(key))
/** 06 or 07, as the parity of y says. */
export const hybrid = (key: LongKey): Uint8Array => concatBytes(Uint8Array.of(6 + parityOf(key)), key.subarray(1))

/** secret·G; the secret is a scalar but zero. */
export const publicKeyOf = (secret: bigint): LongKey => bindings.publicKeyCreate(toBytes(secret), false)

/** The point of this x with the even y; throws where there is none. */
export const liftX = (x: bigint): LongKey => bindings.publicKeyConvert(concatBytes(Uint8Array.of(2), toBytes(x)), false)

/** The secret, or its negative, whose point has the even y that BIP-0340 means by an x. */
export const evenSecret = (secret: bigint): bigint =>
  parityOf(publicKeyOf(secret)) === 0 ? secret : GROUP_ORDER - secret

export const addG = (key: LongKey, by: bigint): LongKey => bindings.publicKeyTweakAdd(key, toBytes(by), false)
export const times = (key: LongKey, by: bigint): LongKey => bindings.publicKeyTweakMul(key, toBytes(by), false)

/** r ‖ s with a low s. */
export const signEcdsa = (digest: Uint8Array, secret: bigint): Uint8Array =>
  bindings.ecdsaSign(digest, toBytes(secret)).signature

/** The key for which r ‖ s holds over the digest, with R of this recovery id; undefined if there is none. */
export function recoverKey(r: bigint, s: bigint, id: number, digest: Uint8Array): LongKey | undefined {
  try {
    return bindings.ecdsaRecover(pair(r, s), id, digest, false)
  } catch {
    return undefined
  }
}

const tag = sha256(new TextEncoder().encode('BIP0340/challenge'))

/** BIP-0340's e. */
export const challengeOf = (rx: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  mod(toNumber(sha256(concatBytes(tag, tag, rx, key, message))))

/** BIP-0340 with the nonce as it is given: where its point has an odd y, the signature does not hold. */
export function schnorrWithNonce(message: Uint8Array, secret: bigint, nonce: bigint): Uint8Array {
  const even = evenSecret(secret)
  const rx = xOf(publicKeyOf(nonce))
  const e = challengeOf(rx, xOf(publicKeyOf(even)), message)
  return concatBytes(rx, toBytes(mod(nonce + e * even)))
}

/** A BIP-0340 signature that holds. */
export const signSchnorr = (message: Uint8Array, secret: bigint, nonce: bigint): Uint8Array =>
  schnorrWithNonce(message, secret, evenSecret(nonce))
