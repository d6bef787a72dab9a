import type { Curve } from '@raistone/primitives'
import { createSpendContext, type ScriptFlags, verifyInput } from '@raistone/script'
import type { ScriptFailure, ScriptJob } from './script-verifier.js'

/** Some consecutive inputs of a job. */
export interface Piece {
  readonly job: ScriptJob
  /** Index of the job. */
  readonly index: number
  readonly from: number
  /** Not included. */
  readonly to: number
}

/** Inputs checked with one message: enough to hide its cost, few enough for all threads to end together. */
export const BATCH_INPUTS = 48

/** Parts a large transaction is cut into at most: each part carries all of its bytes. */
const MOST_PARTS = 16

/** The jobs' inputs in order, in batches; a transaction is cut only if it is larger than a batch. */
export function* batches(jobs: readonly ScriptJob[]): Generator<Piece[]> {
  let batch: Piece[] = []
  let room = BATCH_INPUTS
  for (const [index, job] of jobs.entries()) {
    const inputs = job.tx.inputs.length
    const step = Math.max(BATCH_INPUTS, Math.ceil(inputs / MOST_PARTS))
    for (let from = 0; from < inputs; from += step) {
      const to = Math.min(inputs, from + step)
      if (batch.length > 0 && to - from > room) {
        yield batch
        batch = []
        room = BATCH_INPUTS
      }
      batch.push({ job, index, from, to })
      room -= to - from
    }
  }
  if (batch.length > 0) yield batch
}

/** One after the other, the inputs of the pieces: the failure of the one just checked, or undefined. */
export function* checkPieces(
  pieces: readonly Piece[],
  flags: ScriptFlags,
  curve: Curve,
): Generator<ScriptFailure | undefined> {
  for (const { job, index, from, to } of pieces) {
    const spend = createSpendContext(job.tx, job.spent)
    for (let input = from; input < to; input++) {
      const error = verifyInput(spend, input, flags, curve)
      yield error && { index, input, error }
    }
  }
}
