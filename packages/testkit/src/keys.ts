import { getPublicKey, Point } from '@noble/secp256k1'
import { concatBytes, hash160, sha256, taggedHasher } from '@raistone/primitives'

/** The four kinds of output a test key can be paid to. */
export type PayTo = 'p2pkh' | 'p2sh-p2wpkh' | 'p2wpkh' | 'p2tr'
export const payTos: readonly PayTo[] = ['p2pkh', 'p2sh-p2wpkh', 'p2wpkh', 'p2tr']

/** A key that everybody knows, with all it can be paid to. */
export interface TestKey {
  readonly privateKey: Uint8Array
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array
  /** BIP-0341: private key of the tweaked output key, its y made even. */
  readonly tweakedPrivateKey: Uint8Array
  /** BIP-0341: the output key, x-only, 32 bytes. */
  readonly outputKey: Uint8Array
  /** BIP-0141: `0 <hash160 of the public key>`, what a P2SH-P2WPKH output hides. */
  readonly redeemScript: Uint8Array
  readonly scripts: Readonly<Record<PayTo, Uint8Array>>
}

const CURVE_ORDER = Point.CURVE().n
const tapTweak = taggedHasher('TapTweak')

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

function toBytes32(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 255n)
  return out
}

const isOdd = (publicKey: Uint8Array): boolean => publicKey[0] === 3

/** BIP-0341, taproot_tweak_seckey without a script tree. */
function tweakPrivateKey(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const scalar = toNumber(privateKey)
  const even = isOdd(publicKey) ? CURVE_ORDER - scalar : scalar
  const tweaked = toBytes32((even + toNumber(tapTweak(publicKey.subarray(1)))) % CURVE_ORDER)
  return isOdd(getPublicKey(tweaked)) ? toBytes32(CURVE_ORDER - toNumber(tweaked)) : tweaked
}

/** Private key number `n`, for any whole number: SHA-256 of a fixed text. */
export const privateKey = (n: number): Uint8Array => sha256(new TextEncoder().encode(`raistone test key ${n}`))

/** The key of any private key. */
export function keyOf(secret: Uint8Array): TestKey {
  const publicKey = getPublicKey(secret)
  const tweakedPrivateKey = tweakPrivateKey(secret, publicKey)
  const outputKey = getPublicKey(tweakedPrivateKey).slice(1)
  const keyHash = hash160(publicKey)
  const redeemScript = concatBytes(Uint8Array.of(0x00, 0x14), keyHash)
  return {
    privateKey: secret,
    publicKey,
    tweakedPrivateKey,
    outputKey,
    redeemScript,
    scripts: {
      p2pkh: concatBytes(Uint8Array.of(0x76, 0xa9, 0x14), keyHash, Uint8Array.of(0x88, 0xac)),
      'p2sh-p2wpkh': concatBytes(Uint8Array.of(0xa9, 0x14), hash160(redeemScript), Uint8Array.of(0x87)),
      p2wpkh: redeemScript,
      p2tr: concatBytes(Uint8Array.of(0x51, 0x20), outputKey),
    },
  }
}

const known = new Map<number, TestKey>()

/** Test key number `n`: the same in every run. */
export function testKey(n: number): TestKey {
  const key = known.get(n) ?? keyOf(privateKey(n))
  known.set(n, key)
  return key
}

/** The key's 65 bytes: 4 and both coordinates. */
export const uncompressedKey = ({ privateKey: secret }: TestKey): Uint8Array => getPublicKey(secret, false)
