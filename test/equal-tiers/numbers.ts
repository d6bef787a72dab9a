import { etc, Point } from '@noble/secp256k1'
import { concatBytes } from '@raistone/primitives'
import type { Draw } from './draw.js'

const { n, p } = Point.CURVE()
/** Orders of the group and of the field. */
export const GROUP_ORDER = n
export const FIELD_ORDER = p
const LIMIT = 1n << 256n

export const mod = (a: bigint): bigint => etc.mod(a, n)
export const inverse = (a: bigint): bigint => etc.invert(a, n)
export const toNumber = (bytes: Uint8Array): bigint => etc.bytesToNumberBE(bytes)
export const toBytes = (value: bigint): Uint8Array => etc.numberToBytesBE(value)
/** Two numbers as 64 bytes. */
export const pair = (a: bigint, b: bigint): Uint8Array => concatBytes(toBytes(a), toBytes(b))
/** Whether 32 bytes hold the number. */
export const fits = (value: bigint): boolean => value < LIMIT

/** Numbers where one range ends and the next begins. */
export const edgeNumbers: readonly bigint[] = [
  0n,
  1n,
  2n,
  p - n - 1n,
  p - n,
  n >> 1n,
  (n >> 1n) + 1n,
  n - 1n,
  n,
  n + 1n,
  p - 1n,
  p,
  p + 1n,
  LIMIT >> 1n,
  LIMIT - 1n,
]

/** Scalars that a key or a nonce may be, small ones and those next to the order. */
const edgeScalars: readonly bigint[] = [1n, 2n, 3n, n >> 1n, (n >> 1n) + 1n, n - 2n, n - 1n]

export const drawScalar = (draw: Draw): bigint => (toNumber(draw.bytes(32)) % (n - 1n)) + 1n
export const drawEdgeScalar = (draw: Draw): bigint => draw.pick([...edgeScalars, drawScalar(draw)])
export const drawEdgeNumber = (draw: Draw): bigint => draw.pick([...edgeNumbers, toNumber(draw.bytes(32))])

/** The first x values at or after one that lie on the curve. */
function onCurveFrom(first: bigint, count: number): bigint[] {
  const found: bigint[] = []
  for (let x = first; found.length < count; x++) if (isOnCurve(x)) found.push(x)
  return found
}

function isOnCurve(x: bigint): boolean {
  try {
    Point.fromBytes(concatBytes(Uint8Array.of(2), toBytes(x)))
    return true
  } catch {
    return false
  }
}

/** x of points at the edges: the smallest, those from the group order on (the first is the order itself). */
export const edgeXs: readonly bigint[] = [...onCurveFrom(1n, 4), ...onCurveFrom(n, 4)]
/** x of no point. */
export const offCurveXs: readonly bigint[] = [0n, 5n, 7n, n + 1n, n + 3n, p - 1n].filter(x => !isOnCurve(x))
