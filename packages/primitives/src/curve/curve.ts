/**
 * Signature verification on secp256k1, synchronous, in three tiers that agree on every input: `noble` built in,
 * `native` and `wasm` as subpaths that the node loads and injects. No call throws, whatever the bytes.
 */
export interface Curve {
  readonly name: 'noble' | 'wasm' | 'native'
  /**
   * ECDSA over a 32-byte digest. `signature` is r ‖ s, 64 bytes, high s allowed (a policy refuses it elsewhere);
   * `publicKey` is compressed, uncompressed or hybrid (06, 07), as old scripts may have it.
   */
  verifyEcdsa(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
  /** BIP-0340 over a 32-byte message: 64-byte signature, 32-byte x-only key. */
  verifySchnorr(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  /** BIP-0341: whether internal key + tweak·G is the output key (both x-only, 32 bytes) with this parity of y. */
  checkTapTweak(internalKey: Uint8Array, tweak: Uint8Array, outputKey: Uint8Array, parity: number): boolean
}
