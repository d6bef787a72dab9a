import type { Curve } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import { checkPieces, type Piece } from './batch.js'
import { countingCurve } from './counting-curve.js'
import { Slices } from './next-turn.js'
import type { ScriptFailure, ScriptJob, ScriptVerifier } from './script-verifier.js'

/** Checks on this thread, in slices, so that other work gets its turns in between; ends where that is not wanted. */
export async function checkLocally(
  pieces: readonly Piece[],
  flags: ScriptFlags,
  curve: Curve,
  isWanted = (): boolean => true,
): Promise<ScriptFailure | undefined> {
  const slices = new Slices()
  for (const failure of checkPieces(pieces, flags, curve)) {
    if (failure) return failure
    if (!slices.over) continue
    await slices.pause()
    if (!isWanted()) return undefined
  }
  return undefined
}

/** Each job as one piece. */
export const wholePieces = (jobs: readonly ScriptJob[]): Piece[] =>
  jobs.map((job, index) => ({ job, index, from: 0, to: job.tx.inputs.length }))

/** A verifier without threads, portable: everything is done in `finish`. */
export function createLocalVerifier(curve: Curve): ScriptVerifier {
  const begin: ScriptVerifier['begin'] = (jobs, flags, tally = { signatures: 0 }) => ({
    finish: () => checkLocally(wholePieces(jobs), flags, countingCurve(curve, tally)),
    abandon: () => undefined,
  })
  return {
    tier: curve.name,
    workers: 0,
    begin,
    verify: (jobs, flags, tally) => begin(jobs, flags, tally).finish(),
    close: () => Promise.resolve(),
  }
}
