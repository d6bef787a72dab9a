import { etc, Point } from '@noble/secp256k1'
import { concatBytes } from '../../src/codec/bytes.js'
import { FIELD_ORDER, GROUP_ORDER, numberBytes } from '../../src/curve/field.js'

/** a·G, the identity for zero. */
export const timesG = (a: bigint): Point => Point.BASE.multiply(etc.mod(a, GROUP_ORDER), false)

/** The point of this x and even y; undefined if the curve has none. */
export function lifted(x: bigint): Point | undefined {
  try {
    return Point.fromBytes(concatBytes(Uint8Array.of(2), numberBytes(x)))
  } catch {
    return undefined
  }
}

/** The first `count` points at or after x, each with an even y. */
export function pointsFrom(x: bigint, count: number): Point[] {
  const found: Point[] = []
  for (let at = x; found.length < count; at += 1n) {
    const point = lifted(at)
    if (point) found.push(point)
  }
  return found
}

/** A number to the power of another, mod p. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD_ORDER
    square = (square * square) % FIELD_ORDER
  }
  return result
}

/** The point with the smallest y: p ≡ 7 (mod 9), so a cube root is a power. */
export function smallestY(): Point {
  for (let y = 1n; ; y += 1n) {
    const cube = etc.mod(y * y - 7n, FIELD_ORDER)
    const x = power(cube, (FIELD_ORDER + 2n) / 9n)
    if (power(x, 3n) === cube) return Point.fromAffine({ x, y })
  }
}

/** An ECDSA signature with its digest. */
export interface Forged {
  readonly signature: Uint8Array
  readonly digest: Uint8Array
}

/** A signature that holds for any key, its secret unknown, over a digest that is no hash: R = a·G + b·key. */
export function forge(key: Point, a: bigint, b: bigint): Forged {
  const r = etc.mod(timesG(a).add(key.multiply(b, false)).x, GROUP_ORDER)
  const s = etc.mod(r * etc.invert(b, GROUP_ORDER), GROUP_ORDER)
  return { signature: concatBytes(numberBytes(r), numberBytes(s)), digest: numberBytes(etc.mod(a * s, GROUP_ORDER)) }
}

/** The key for which (x of R mod n, s) over this digest holds: (s·R − z·G) / r. */
export function keyFor(nonce: Point, s: bigint, z: bigint): Point {
  const r = etc.mod(nonce.x, GROUP_ORDER)
  const sum = nonce.multiply(s, false).subtract(timesG(z))
  return sum.multiply(etc.invert(r, GROUP_ORDER), false)
}
