import { encodeHeader, type Header, hash256 } from '@raistone/primitives'

const NONCE_OFFSET = 76
const NONCES = 0x1_0000_0000

/** Target of compact bits, without any check: tests write sensible ones. */
export function targetOfBits(bits: number): bigint {
  const mantissa = BigInt(bits & 0x7fffff)
  const shift = 8 * ((bits >>> 24) - 3)
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift)
}

/** A block hash in internal order as the number that is compared with the target. */
function hashNumber(hash: Uint8Array): bigint {
  let value = 0n
  for (let i = hash.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(hash[i] as number)
  return value
}

/**
 * The header with the first nonce, from its own upwards, for which the work holds (or fails, for `false`). Meant for
 * regtest, where every second nonce will do; throws a RangeError when no nonce does.
 */
export function solve(header: Header, holds = true): Header {
  const target = targetOfBits(header.bits)
  const raw = encodeHeader(header)
  const view = new DataView(raw.buffer)
  for (let tried = 0; tried < NONCES; tried++) {
    const nonce = (header.nonce + tried) % NONCES
    view.setUint32(NONCE_OFFSET, nonce, true)
    if (hashNumber(hash256(raw)) <= target === holds) return { ...header, nonce }
  }
  throw new RangeError('no nonce gives the wanted result')
}

/** Whether the header's hash is at or below the target of its own bits. */
export const hasWork = (header: Header): boolean =>
  hashNumber(hash256(encodeHeader(header))) <= targetOfBits(header.bits)
