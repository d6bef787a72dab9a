/** Order of secp256k1's base field. */
export const FIELD_ORDER = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn
/** Order of secp256k1's group: scalars are below it. */
export const GROUP_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The big-endian number in the 32 bytes at `offset`. */
export function readNumber(bytes: Uint8Array, offset = 0): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32)
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8)
  return (high << 128n) | (view.getBigUint64(16) << 64n) | view.getBigUint64(24)
}

/** Writes a number below 2^256 into 32 bytes at `offset`, big-endian. */
export function writeNumber(into: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(into.buffer, into.byteOffset + offset, 32)
  view.setBigUint64(0, value >> 192n)
  view.setBigUint64(8, (value >> 128n) & 0xffffffffffffffffn)
  view.setBigUint64(16, (value >> 64n) & 0xffffffffffffffffn)
  view.setBigUint64(24, value & 0xffffffffffffffffn)
}

/** The number as 32 bytes, big-endian. */
export function numberBytes(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  writeNumber(out, 0, value)
  return out
}
