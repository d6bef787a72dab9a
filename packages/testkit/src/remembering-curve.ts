import { type Curve, toHex } from '@raistone/primitives'

/** The curve, remembering its answers: vectors repeat the same checks under many flags. */
export function rememberingCurve(curve: Curve): Curve {
  const known = new Map<string, boolean>()
  const once = (parts: readonly Uint8Array[], more: string, ask: () => boolean): boolean => {
    const key = `${more}:${parts.map(toHex).join(':')}`
    const before = known.get(key)
    if (before !== undefined) return before
    const answer = ask()
    known.set(key, answer)
    return answer
  }
  return {
    name: curve.name,
    verifyEcdsa: (signature, digest, key) =>
      once([signature, digest, key], 'ecdsa', () => curve.verifyEcdsa(signature, digest, key)),
    verifySchnorr: (signature, message, key) =>
      once([signature, message, key], 'schnorr', () => curve.verifySchnorr(signature, message, key)),
    checkTapTweak: (internal, tweak, output, parity) =>
      once([internal, tweak, output], `tweak${parity}`, () => curve.checkTapTweak(internal, tweak, output, parity)),
  }
}
