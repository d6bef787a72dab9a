const POLYNOMIAL = 0x82f63b78
const LANES = 8

/** `tables[n][byte]`: what a byte does to the sum when `n` others follow it ("slicing by 8": Kounavis and Berry, 2005). */
const tables = Array.from({ length: LANES }, () => new Int32Array(256))
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  t0[byte] = crc
}
for (let byte = 0; byte < 256; byte++) {
  let crc = t0[byte] as number
  for (let lane = 1; lane < LANES; lane++) {
    crc = (t0[crc & 255] as number) ^ (crc >>> 8)
    ;(tables[lane] as Int32Array)[byte] = crc
  }
}

/** The register after these bytes, before it is inverted: begins and goes on with what it returned, -1 at first. */
function extend(register: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = register
  let at = from
  for (; at + LANES <= to; at += LANES) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    crc =
      (t7[crc & 255] as number) ^
      (t6[(crc >>> 8) & 255] as number) ^
      (t5[(crc >>> 16) & 255] as number) ^
      (t4[crc >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^
      (t2[bytes[at + 5] as number] as number) ^
      (t1[bytes[at + 6] as number] as number) ^
      (t0[bytes[at + 7] as number] as number)
  }
  for (; at < to; at++) crc = (t0[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8)
  return crc
}

/** CRC-32C (Castagnoli) of the parts as if they were one; unsigned 32 bits. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let crc = -1
  for (const part of parts) crc = extend(crc, part, 0, part.length)
  return ~crc >>> 0
}

/** The same of the bytes from `from` up to, not including, `to`. */
export const crc32cOf = (bytes: Uint8Array, from: number, to: number): number => ~extend(-1, bytes, from, to) >>> 0
