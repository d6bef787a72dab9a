import type { Curve } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import { checkPieces, type Piece } from './batch.js'
import { countingCurve } from './counting-curve.js'
import { Slices } from './next-turn.js'
import type { ScriptFailure, ScriptJob, ScriptVerifier, SignatureTally } from './script-verifier.js'

/** Checks on this thread, in slices, so that other work gets its turns in between. */
export async function checkLocally(
  pieces: readonly Piece[],
  flags: ScriptFlags,
  curve: Curve,
  slices = new Slices(),
): Promise<ScriptFailure | undefined> {
  for (const failure of checkPieces(pieces, flags, curve)) {
    if (failure) return failure
    if (slices.over) await slices.pause()
  }
  return undefined
}

/** Each job as one piece. */
export const wholePieces = (jobs: readonly ScriptJob[]): Piece[] =>
  jobs.map((job, index) => ({ job, index, from: 0, to: job.tx.inputs.length }))

/** A verifier without threads, portable. */
export const createLocalVerifier = (curve: Curve): ScriptVerifier => ({
  tier: curve.name,
  workers: 0,
  verify: (jobs: readonly ScriptJob[], flags: ScriptFlags, tally: SignatureTally = { signatures: 0 }) =>
    checkLocally(wholePieces(jobs), flags, countingCurve(curve, tally)),
  close: () => Promise.resolve(),
})
