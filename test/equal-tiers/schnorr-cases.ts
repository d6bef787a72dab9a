import { concatBytes } from '@raistone/primitives'
import type { Case, Kind } from './cases.js'
import type { Draw } from './draw.js'
import {
  drawEdgeNumber,
  drawEdgeScalar,
  drawScalar,
  edgeXs,
  FIELD_ORDER,
  fits,
  GROUP_ORDER,
  mod,
  offCurveXs,
  pair,
  toBytes,
} from './numbers.js'
import { challengeOf, evenSecret, publicKeyOf, schnorrWithNonce, signSchnorr, xOf } from './signer.js'

/** The arguments of a BIP-0340 check. */
export interface SchnorrInput {
  readonly signature: Uint8Array
  readonly message: Uint8Array
  readonly publicKey: Uint8Array
}

function drawSigned(draw: Draw): SchnorrInput {
  const secret = drawScalar(draw)
  const message = draw.bytes(32)
  return { signature: signSchnorr(message, secret, drawScalar(draw)), message, publicKey: xOf(publicKeyOf(secret)) }
}

const changed = (part: keyof SchnorrInput) => (draw: Draw) => {
  const signed = drawSigned(draw)
  return { input: { ...signed, [part]: draw.flipped(signed[part]) }, expected: false }
}

/** Parts that are each good, in the wrong place. */
function swapped(draw: Draw): SchnorrInput {
  const one = drawSigned(draw)
  const other = drawSigned(draw)
  const r = one.signature.subarray(0, 32)
  const s = one.signature.subarray(32)
  return draw.pick([
    { ...one, signature: concatBytes(s, r) },
    { ...one, signature: concatBytes(r, other.signature.subarray(32)) },
    { ...one, signature: other.signature },
    { ...one, message: other.message },
    { ...one, publicKey: other.publicKey },
    { ...one, publicKey: one.message, message: one.publicKey },
  ])
}

/** R with the odd y: everything but its parity is right. */
function oddNonce(draw: Draw): SchnorrInput {
  const secret = drawEdgeScalar(draw)
  const message = draw.bytes(32)
  const odd = GROUP_ORDER - evenSecret(drawEdgeScalar(draw))
  return { signature: schnorrWithNonce(message, secret, odd), message, publicKey: xOf(publicKeyOf(secret)) }
}

/** s = e·d, so that R is at infinity, whatever r says. */
function infiniteNonce(draw: Draw): SchnorrInput {
  const even = evenSecret(drawEdgeScalar(draw))
  const publicKey = xOf(publicKeyOf(even))
  const message = draw.bytes(32)
  const rx = draw.pick([publicKey, draw.bytes(32), toBytes(drawEdgeNumber(draw)), toBytes(draw.pick(edgeXs))])
  const s = mod(challengeOf(rx, publicKey, message) * even)
  return { signature: concatBytes(rx, toBytes(s)), message, publicKey }
}

/** Small secrets and nonces, equal or opposite to each other: intermediate sums of one point, or zero. */
function smallNumbers(draw: Draw): Case<SchnorrInput> {
  const secret = drawEdgeScalar(draw)
  const nonce = draw.pick([secret, GROUP_ORDER - secret, drawEdgeScalar(draw)])
  const message = draw.pick([draw.bytes(32), new Uint8Array(32), toBytes(drawEdgeNumber(draw))])
  const input = { signature: signSchnorr(message, secret, nonce), message, publicKey: xOf(publicKeyOf(secret)) }
  return { input, expected: true }
}

/** r, s and key from all ranges, in range or not. */
function edgeNumbers(draw: Draw): SchnorrInput {
  const signed = drawSigned(draw)
  const key = draw.pick([...edgeXs, ...offCurveXs, ...edgeXs.map(x => x + FIELD_ORDER).filter(fits)])
  const r = signed.signature.subarray(0, 32)
  const s = signed.signature.subarray(32)
  return draw.pick([
    { ...signed, signature: concatBytes(toBytes(drawEdgeNumber(draw)), s) },
    { ...signed, signature: concatBytes(r, toBytes(drawEdgeNumber(draw))) },
    { ...signed, signature: pair(drawEdgeNumber(draw), drawEdgeNumber(draw)) },
    { ...signed, publicKey: toBytes(key) },
    { ...signed, publicKey: toBytes(key), signature: pair(drawEdgeNumber(draw), drawEdgeNumber(draw)) },
  ])
}

/** Arguments of other lengths. */
function wrongLength(draw: Draw): SchnorrInput {
  const signed = drawSigned(draw)
  const part = draw.pick(['signature', 'message', 'publicKey'] as const)
  const lengths = [0, 1, 31, 33, 63, 65, 100].filter(length => length !== signed[part].length)
  return { ...signed, [part]: concatBytes(signed[part], draw.bytes(68)).subarray(0, draw.pick(lengths)) }
}

const refused = (make: (draw: Draw) => SchnorrInput) => (draw: Draw) => ({ input: make(draw), expected: false })

export const schnorrKinds: readonly Kind<SchnorrInput>[] = [
  { name: 'signed', share: 46, make: draw => ({ input: drawSigned(draw), expected: true }) },
  { name: 'bit of the signature', share: 13, make: changed('signature') },
  { name: 'bit of the message', share: 10, make: changed('message') },
  { name: 'bit of the key', share: 12, make: changed('publicKey') },
  { name: 'swapped', share: 8, make: refused(swapped) },
  { name: 'R with odd y', share: 3, edge: true, make: refused(oddNonce) },
  { name: 'R at infinity', share: 2, edge: true, make: refused(infiniteNonce) },
  { name: 'small secrets and nonces', share: 2, edge: true, make: smallNumbers },
  { name: 'edges of r, s and key', share: 3, edge: true, make: refused(edgeNumbers) },
  { name: 'wrong lengths', share: 1, edge: true, make: refused(wrongLength) },
]
