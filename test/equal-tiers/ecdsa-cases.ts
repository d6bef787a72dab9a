import { concatBytes } from '@raistone/primitives'
import type { Case, Kind } from './cases.js'
import type { Draw } from './draw.js'
import { drawScalar, GROUP_ORDER, toBytes, toNumber } from './numbers.js'
import { compressed, hybrid, type LongKey, publicKeyOf, signEcdsa } from './signer.js'

/** The arguments of an ECDSA check. */
export interface EcdsaInput {
  readonly signature: Uint8Array
  readonly digest: Uint8Array
  readonly publicKey: Uint8Array
}

/** One of the three forms that a script may hold. */
export const drawForm = (draw: Draw, key: LongKey): Uint8Array => draw.pick([compressed(key), key, hybrid(key)])

const withHighS = (signature: Uint8Array): Uint8Array =>
  concatBytes(signature.subarray(0, 32), toBytes(GROUP_ORDER - toNumber(signature.subarray(32))))

/** A signature that holds, with low or high s, under a key of any form. */
export function drawSigned(draw: Draw): EcdsaInput {
  const secret = drawScalar(draw)
  const digest = draw.bytes(32)
  const low = signEcdsa(digest, secret)
  const signature = draw.onceIn(2) ? withHighS(low) : low
  return { signature, digest, publicKey: drawForm(draw, publicKeyOf(secret)) }
}

const halves = (signature: Uint8Array): [Uint8Array, Uint8Array] => [signature.subarray(0, 32), signature.subarray(32)]

/** Parts that are each good, in the wrong place. */
function swapped(draw: Draw): EcdsaInput {
  const one = drawSigned(draw)
  const other = drawSigned(draw)
  const [r, s] = halves(one.signature)
  const [otherR, otherS] = halves(other.signature)
  return draw.pick([
    { ...one, signature: concatBytes(s, r) },
    { ...one, signature: concatBytes(r, otherS) },
    { ...one, signature: concatBytes(otherR, s) },
    { ...one, digest: other.digest },
    { ...one, publicKey: other.publicKey },
    { ...one, digest: r, signature: concatBytes(one.digest, s) },
  ])
}

/** A bit of the key. In its first byte that may be another way to write the same key. */
function changedKey(draw: Draw): Case<EcdsaInput> {
  const signed = drawSigned(draw)
  if (draw.onceIn(8)) {
    const publicKey = Uint8Array.from(signed.publicKey)
    publicKey[0] = (publicKey[0] as number) ^ (1 << draw.below(3))
    return { input: { ...signed, publicKey } }
  }
  return { input: { ...signed, publicKey: draw.flipped(signed.publicKey, 1) }, expected: false }
}

export const ecdsaKinds: readonly Kind<EcdsaInput>[] = [
  { name: 'signed', share: 43, make: draw => ({ input: drawSigned(draw), expected: true }) },
  {
    name: 'bit of the signature',
    share: 12,
    make(draw) {
      const signed = drawSigned(draw)
      return { input: { ...signed, signature: draw.flipped(signed.signature) }, expected: false }
    },
  },
  {
    name: 'bit of the digest',
    share: 10,
    make(draw) {
      const signed = drawSigned(draw)
      return { input: { ...signed, digest: draw.flipped(signed.digest) }, expected: false }
    },
  },
  { name: 'bit of the key', share: 12, make: changedKey },
  { name: 'swapped', share: 8, make: draw => ({ input: swapped(draw), expected: false }) },
  {
    name: 'random numbers',
    share: 4,
    make: draw => ({ input: { ...drawSigned(draw), signature: draw.bytes(64) }, expected: false }),
  },
]
