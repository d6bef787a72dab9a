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
  toBytes,
} from './numbers.js'
import { addG, evenSecret, type LongKey, liftX, parityOf, publicKeyOf, xOf } from './signer.js'

/** The arguments of a BIP-0341 tweak check. */
export interface TweakInput {
  readonly internalKey: Uint8Array
  readonly tweak: Uint8Array
  readonly outputKey: Uint8Array
  readonly parity: number
}

const inputOf = (internalKey: Uint8Array, by: bigint, output: LongKey): TweakInput => ({
  internalKey,
  tweak: toBytes(by),
  outputKey: xOf(output),
  parity: parityOf(output),
})

/** The output key by adding secrets, which no tier does; undefined where the sum is infinity. */
function tweaked(secret: bigint, by: bigint): TweakInput | undefined {
  const even = evenSecret(secret)
  const sum = mod(even + by)
  return sum === 0n ? undefined : inputOf(xOf(publicKeyOf(even)), by, publicKeyOf(sum))
}

const drawTweaked = (draw: Draw): TweakInput => tweaked(drawScalar(draw), drawScalar(draw)) as TweakInput

const changed = (part: 'internalKey' | 'tweak' | 'outputKey') => (draw: Draw) => {
  const good = drawTweaked(draw)
  return { input: { ...good, [part]: draw.flipped(good[part]) }, expected: false }
}

function swapped(draw: Draw): TweakInput {
  const one = drawTweaked(draw)
  const other = drawTweaked(draw)
  return draw.pick([
    { ...one, internalKey: one.tweak, tweak: one.internalKey },
    { ...one, internalKey: other.internalKey },
    { ...one, tweak: other.tweak },
    { ...one, outputKey: other.outputKey },
  ])
}

/** From Q = P + t·G with an odd y follows −Q + t·G = −P, which is as odd: both keys may change places. */
function exchanged(draw: Draw): Case<TweakInput> {
  const good = drawTweaked(draw)
  const input = { ...good, internalKey: good.outputKey, outputKey: good.internalKey }
  return { input, expected: good.parity === 1 }
}

/** Tweaks and secrets at their edges, zero and the key's own secret among them. */
function edgeTweak(draw: Draw): Case<TweakInput> {
  const secret = drawEdgeScalar(draw)
  const by = draw.pick([0n, 1n, GROUP_ORDER - 1n, evenSecret(secret), drawEdgeScalar(draw)])
  const good = tweaked(secret, by)
  return good ? { input: good, expected: true } : { input: atInfinity(secret), expected: false }
}

/** The tweak that takes the key to infinity. */
function atInfinity(secret: bigint): TweakInput {
  const even = evenSecret(secret)
  const internal = publicKeyOf(even)
  return inputOf(xOf(internal), GROUP_ORDER - even, internal)
}

/** A tweak of the order or more, where there is one of the same rest a right one. */
function overOrder(draw: Draw): TweakInput {
  const by = draw.pick([0n, 1n, 2n, (1n << 256n) - 1n - GROUP_ORDER])
  const good = tweaked(drawEdgeScalar(draw), by) ?? drawTweaked(draw)
  return { ...good, tweak: toBytes(by + GROUP_ORDER) }
}

/** Internal keys at the edges of the field: good, or the same plus p, or beside the curve. */
function edgeKey(draw: Draw): Case<TweakInput> {
  const x = draw.pick(edgeXs)
  const by = drawEdgeScalar(draw)
  const good = inputOf(toBytes(x), by, addG(liftX(x), by))
  if (draw.onceIn(2)) return { input: good, expected: true }
  const alias = fits(x + FIELD_ORDER) ? x + FIELD_ORDER : draw.pick(offCurveXs)
  return { input: { ...good, internalKey: toBytes(alias) }, expected: false }
}

/** Numbers of all ranges, and parities that are none. */
function anyNumbers(draw: Draw): Case<TweakInput> {
  const good = drawTweaked(draw)
  if (draw.onceIn(2)) return { input: { ...good, parity: draw.pick([2, 3, 4, -1, 255, 256]) }, expected: false }
  const number = (): Uint8Array => toBytes(drawEdgeNumber(draw))
  return {
    input: draw.pick([
      { ...good, tweak: number() },
      { ...good, outputKey: number() },
      { ...good, internalKey: number(), tweak: number(), outputKey: number() },
    ]),
  }
}

function wrongLength(draw: Draw): TweakInput {
  const good = drawTweaked(draw)
  const part = draw.pick(['internalKey', 'tweak', 'outputKey'] as const)
  return { ...good, [part]: concatBytes(good[part], draw.bytes(68)).subarray(0, draw.pick([0, 1, 31, 33, 64, 100])) }
}

const refused = (make: (draw: Draw) => TweakInput) => (draw: Draw) => ({ input: make(draw), expected: false })

export const tweakKinds: readonly Kind<TweakInput>[] = [
  { name: 'tweaked', share: 45, make: draw => ({ input: drawTweaked(draw), expected: true }) },
  {
    name: 'other parity',
    share: 8,
    make(draw) {
      const good = drawTweaked(draw)
      return { input: { ...good, parity: 1 - good.parity }, expected: false }
    },
  },
  { name: 'bit of the internal key', share: 8, make: changed('internalKey') },
  { name: 'bit of the tweak', share: 8, make: changed('tweak') },
  { name: 'bit of the output key', share: 8, make: changed('outputKey') },
  { name: 'swapped', share: 6, make: refused(swapped) },
  { name: 'internal and output key exchanged', share: 2, make: exchanged },
  { name: 'tweaks at the edges', share: 5, edge: true, make: edgeTweak },
  { name: 'sum at infinity', share: 2, edge: true, make: refused(draw => atInfinity(drawEdgeScalar(draw))) },
  { name: 'tweak over the order', share: 2, edge: true, make: refused(overOrder) },
  { name: 'keys at the edges of the field', share: 3, edge: true, make: edgeKey },
  { name: 'any numbers and parities', share: 2, edge: true, make: anyNumbers },
  { name: 'wrong lengths', share: 1, edge: true, make: refused(wrongLength) },
]
