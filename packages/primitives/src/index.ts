export * from './address/address.js'
export * from './address/base58check.js'
export {
  type AddressError,
  decodeSegwit,
  encodeSegwit,
  parseWitnessProgram,
  type WitnessProgram,
} from './address/segwit.js'
export * from './address/wif.js'
export * from './amount.js'
export * from './block.js'
export * from './codec/bytes.js'
export * from './codec/codec.js'
export * from './codec/decode-error.js'
export * from './codec/hex.js'
export * from './codec/reader.js'
export * from './codec/writer.js'
export * from './curve/curve.js'
export * from './curve/der.js'
export * from './curve/keys.js'
export * from './curve/noble.js'
export * from './curve/points.js'
export * from './filter/basic-filter.js'
export * from './hash/hash.js'
export { sipHash } from './hash/sip-hash.js'
export * from './ids.js'
export * from './merkle.js'
export * from './nonce.js'
export * from './steps.js'
export * from './transaction.js'
