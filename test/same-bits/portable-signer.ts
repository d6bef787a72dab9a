import { Point, sign } from '@noble/secp256k1'

/**
 * Stands in for the native module `secp256k1/bindings.js` in the bundle, which a browser cannot load: those of its
 * functions that making spends takes.
 */
export default {
  publicKeyCreate: (secret: Uint8Array, compressed: boolean): Uint8Array =>
    Point.BASE.multiply(BigInt(`0x${[...secret].map(byte => byte.toString(16).padStart(2, '0')).join('')}`)).toBytes(
      compressed,
    ),
  ecdsaSign: (digest: Uint8Array, secret: Uint8Array): { signature: Uint8Array } => ({
    signature: sign(digest, secret, { prehash: false }),
  }),
}
