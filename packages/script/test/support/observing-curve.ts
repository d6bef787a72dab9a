import type { Curve } from '@raistone/primitives'

/** A curve that answers alike to everything and keeps the digests it was asked about. */
export interface ObservingCurve extends Curve {
  /** One entry per question, in order; the same array object where the asker used one again. */
  readonly digests: readonly Uint8Array[]
}

/** Answers `holds` to every signature; a tweaked key is always right. */
export function observingCurve(holds = true): ObservingCurve {
  const digests: Uint8Array[] = []
  const answer = (digest: Uint8Array): boolean => {
    digests.push(digest)
    return holds
  }
  return {
    name: 'noble',
    digests,
    verifyEcdsa: (_signature, digest) => answer(digest),
    verifySchnorr: (_signature, message) => answer(message),
    checkTapTweak: () => true,
  }
}
