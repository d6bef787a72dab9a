import type { BlockHash } from '@raistone/primitives'

/** A compact target read as Core's `arith_uint256::SetCompact` reads it. */
export interface CompactTarget {
  readonly target: bigint
  readonly negative: boolean
  readonly overflow: boolean
}

const MANTISSA = 0x007fffff
const SIGN = 0x00800000
const SPACE = 1n << 256n

/** Reads `bits`: the top byte is the length in bytes, the rest the three leading bytes, the highest bit a sign. */
export function readCompact(bits: number): CompactTarget {
  const length = bits >>> 24
  const mantissa = bits & MANTISSA
  const target = length <= 3 ? BigInt(mantissa >>> (8 * (3 - length))) : BigInt(mantissa) << BigInt(8 * (length - 3))
  const shown = length <= 3 ? mantissa >>> (8 * (3 - length)) : mantissa
  return {
    target: target % SPACE,
    negative: shown !== 0 && (bits & SIGN) !== 0,
    overflow: shown !== 0 && (length > 34 || (shown > 0xff && length > 33) || (shown > 0xffff && length > 32)),
  }
}

/** The target that `bits` stand for; 0 where they stand for none (negative or too large), which no hash can meet. */
export function bitsToTarget(bits: number): bigint {
  const { target, negative, overflow } = readCompact(bits)
  return negative || overflow ? 0n : target
}

/** The compact form of a target; all but its three leading bytes are lost. */
export function targetToBits(target: bigint): number {
  let length = Math.ceil(target.toString(16).length / 2)
  if (target === 0n) return 0
  let mantissa = length <= 3 ? Number(target) << (8 * (3 - length)) : Number(target >> BigInt(8 * (length - 3)))
  // The highest bit of the mantissa is the sign.
  if (mantissa & SIGN) {
    mantissa >>>= 8
    length++
  }
  return ((length << 24) | mantissa) >>> 0
}

/** Hashes that finding a block with these bits takes on average (Core's GetBlockProof). */
export function workOfBits(bits: number): bigint {
  const target = bitsToTarget(bits)
  return target === 0n ? 0n : SPACE / (target + 1n)
}

/** Whether the hash, read as a number, meets the target that `bits` stand for, and that is not above the limit. */
export function checkProofOfWork(hash: BlockHash, bits: number, limit: bigint): boolean {
  const target = bitsToTarget(bits)
  // Numbers of as many lower-case digits are in the order of their texts.
  return target !== 0n && target <= limit && hash <= target.toString(16).padStart(64, '0')
}
