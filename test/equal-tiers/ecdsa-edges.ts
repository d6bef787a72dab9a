import { concatBytes } from '@raistone/primitives'
import type { Case, Kind } from './cases.js'
import type { Draw } from './draw.js'
import { drawForm, drawSigned, type EcdsaInput } from './ecdsa-cases.js'
import {
  drawEdgeNumber,
  drawEdgeScalar,
  drawScalar,
  edgeXs,
  FIELD_ORDER,
  fits,
  GROUP_ORDER,
  inverse,
  mod,
  offCurveXs,
  pair,
  toBytes,
  toNumber,
} from './numbers.js'
import { addG, compressed, type LongKey, liftX, parityOf, publicKeyOf, recoverKey, times, xOf } from './signer.js'

/**
 * A signature that holds for a key whose secret nobody knows, over a digest that is no hash: with R = a·G + b·P, r is x
 * of R, s = r / b and the digest a·s. Undefined where R is at infinity.
 */
function forged(key: LongKey, a: bigint, b: bigint): Omit<EcdsaInput, 'publicKey'> | undefined {
  try {
    const r = mod(toNumber(xOf(addG(times(key, b), a))))
    const s = mod(r * inverse(b))
    return { signature: pair(r, s), digest: toBytes(mod(a * s)) }
  } catch {
    return undefined
  }
}

/** x of R, s and digest at their edges, with the key for which they hold. */
function recovered(draw: Draw): Case<EcdsaInput> {
  const x = draw.pick([...edgeXs, toNumber(xOf(publicKeyOf(drawEdgeScalar(draw))))])
  const s = drawEdgeScalar(draw)
  const digest = toBytes(drawEdgeNumber(draw))
  const r = mod(x)
  const id = (x >= GROUP_ORDER ? 2 : 0) + draw.below(2)
  const key = r === 0n ? undefined : recoverKey(r, s, id, digest)
  const holds = { signature: pair(r, s), digest }
  if (!key) return { input: { ...holds, publicKey: publicKeyOf(drawScalar(draw)) } }
  return { input: { ...holds, publicKey: drawForm(draw, key) }, expected: true }
}

/** r and s from all ranges, in range or not, over a digest of any. */
function edgeScalars(draw: Draw): Case<EcdsaInput> {
  const [r, s] = [drawEdgeNumber(draw), drawEdgeNumber(draw)]
  const digest = toBytes(drawEdgeNumber(draw))
  const input = { signature: pair(r, s), digest, publicKey: drawForm(draw, publicKeyOf(drawEdgeScalar(draw))) }
  const inRange = [r, s].every(value => value > 0n && value < GROUP_ORDER)
  return inRange ? { input } : { input, expected: false }
}

/** r or s moved by the order where that fits into 32 bytes: the same number mod n, and no good. */
function movedByOrder(draw: Draw): Case<EcdsaInput> {
  const r = draw.pick(edgeXs.filter(x => fits(x + GROUP_ORDER)))
  const s = draw.pick([1n, 2n, 3n])
  const digest = draw.bytes(32)
  const key = recoverKey(r, s, draw.below(2), digest) as LongKey
  const signature = draw.pick([pair(r + GROUP_ORDER, s), pair(r, s + GROUP_ORDER)])
  return { input: { signature, digest, publicKey: drawForm(draw, key) }, expected: false }
}

/** u1·G + u2·P = 0, or a sum whose two parts are the same point. */
function specialSum(draw: Draw): Case<EcdsaInput> {
  const secret = drawEdgeScalar(draw)
  const key = publicKeyOf(secret)
  if (draw.onceIn(2)) {
    const digest = toBytes(drawScalar(draw))
    const r = mod(-toNumber(digest) * inverse(secret))
    return { input: { signature: pair(r, drawScalar(draw)), digest, publicKey: drawForm(draw, key) }, expected: false }
  }
  const b = drawEdgeScalar(draw)
  const doubled = forged(key, mod(b * secret), b)
  if (!doubled) return { input: { ...drawSigned(draw), publicKey: drawForm(draw, key) }, expected: false }
  return { input: { ...doubled, publicKey: drawForm(draw, key) }, expected: true }
}

/** Keys at the edges of the field: good, or the same plus p. */
function edgeKey(draw: Draw): Case<EcdsaInput> {
  const x = draw.pick(edgeXs)
  const key = liftX(x)
  const holds = forged(key, drawScalar(draw), drawScalar(draw)) as Omit<EcdsaInput, 'publicKey'>
  if (draw.onceIn(2)) return { input: { ...holds, publicKey: drawForm(draw, key) }, expected: true }
  const alias = fits(x + FIELD_ORDER) ? x + FIELD_ORDER : draw.pick(offCurveXs)
  const long = concatBytes(Uint8Array.of(draw.pick([4, 6, 7])), toBytes(alias), key.subarray(33))
  const short = concatBytes(Uint8Array.of(draw.pick([2, 3])), toBytes(alias))
  return { input: { ...holds, publicKey: draw.pick([long, short]) }, expected: false }
}

const withFirst = (key: Uint8Array, first: number): Uint8Array => concatBytes(Uint8Array.of(first), key.subarray(1))

/** What is no key: like infinity, of the wrong length or first byte, hybrid with the other parity, beside the curve. */
function noKey(draw: Draw): Case<EcdsaInput> {
  const secret = drawScalar(draw)
  const key = publicKeyOf(secret)
  const holds = forged(key, drawScalar(draw), drawScalar(draw)) as Omit<EcdsaInput, 'publicKey'>
  const short = compressed(key)
  const publicKey = draw.pick([
    new Uint8Array(draw.pick([0, 1, 32, 33, 64, 65, 66])),
    withFirst(new Uint8Array(33), draw.pick([2, 3])),
    withFirst(new Uint8Array(65), draw.pick([4, 6, 7])),
    short.subarray(0, 1 + draw.below(32)),
    key.subarray(0, 1 + draw.below(64)),
    concatBytes(draw.pick([short, key]), draw.bytes(1)),
    withFirst(short, draw.pick([0, 1, 4, 5, 6, 7, 8, 255])),
    withFirst(key, draw.pick([0, 1, 2, 3, 5, 8, 255])),
    withFirst(key, 7 - parityOf(key)),
    withFirst(draw.flipped(key, 33), draw.pick([4, 6, 7])),
  ])
  return { input: { ...holds, publicKey }, expected: false }
}

/** Signatures and digests of other lengths. */
function wrongLength(draw: Draw): Case<EcdsaInput> {
  const signed = drawSigned(draw)
  const length = draw.pick([0, 1, 31, 33, 63, 65, 72, 100])
  const changed = draw.pick([
    { signature: concatBytes(signed.signature, draw.bytes(36)).subarray(0, length) },
    { digest: concatBytes(signed.digest, draw.bytes(68)).subarray(0, length) },
  ])
  return { input: { ...signed, ...changed }, expected: false }
}

export const ecdsaEdges: readonly Kind<EcdsaInput>[] = [
  { name: 'edges that hold', share: 3, edge: true, make: recovered },
  { name: 'edges of r and s', share: 2, edge: true, make: edgeScalars },
  { name: 'moved by the order', share: 1, edge: true, make: movedByOrder },
  { name: 'sum at infinity or of one point', share: 1, edge: true, make: specialSum },
  { name: 'keys at the edges of the field', share: 1, edge: true, make: edgeKey },
  { name: 'no key', share: 2, edge: true, make: noKey },
  { name: 'wrong lengths', share: 1, edge: true, make: wrongLength },
]
