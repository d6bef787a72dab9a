import type { OutpointKey } from '@raistone/primitives'

/** An outpoint as transactions have it: the id in internal order, the output's index in little-endian order. */
export const OUTPOINT_BYTES = 36

const ID_BYTES = 32
const ZERO = 48

/** The value of a lower-case hex digit by its character code; outpoints hold no others. */
const digits = new Uint8Array(128)
for (let value = 0; value < 16; value++) digits[value.toString(16).charCodeAt(0)] = value

/** Writes the outpoint's 36 bytes to the beginning of `out`. */
export function writeOutpoint(outpoint: OutpointKey, out: Uint8Array): void {
  for (let i = 0, at = ID_BYTES - 1; at >= 0; i += 2, at--)
    out[at] = ((digits[outpoint.charCodeAt(i)] as number) << 4) | (digits[outpoint.charCodeAt(i + 1)] as number)
  let vout = 0
  for (let i = 2 * ID_BYTES + 1; i < outpoint.length; i++) vout = vout * 10 + (outpoint.charCodeAt(i) - ZERO)
  out[32] = vout
  out[33] = vout >>> 8
  out[34] = vout >>> 16
  out[35] = vout >>> 24
}
