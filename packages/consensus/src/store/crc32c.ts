const POLYNOMIAL = 0x82f63b78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc >>> 0
})

/** CRC-32C (Castagnoli) of the parts as if they were one; unsigned 32 bits. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let crc = 0xffffffff
  for (const part of parts)
    for (let i = 0; i < part.length; i++) crc = (table[(crc ^ (part[i] as number)) & 0xff] as number) ^ (crc >>> 8)
  return ~crc >>> 0
}
