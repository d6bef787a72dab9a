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

/** Inputs checked with one message: enough to hide its cost, few enough to be done soon. */
export const BATCH_INPUTS = 48

/** Inputs of a message at the end of a run, which messages grow smaller towards, so that all threads end together. */
const LEAST_BATCH_INPUTS = 6

/** Messages that what is left would make. */
const BATCHES_LEFT = 4

const roomFor = (left: number): number =>
  Math.min(BATCH_INPUTS, Math.max(LEAST_BATCH_INPUTS, Math.floor(left / BATCHES_LEFT)))

/** Parts a large transaction is cut into at most: each thread reads all of it for each part. */
const MOST_PARTS = 16

export const inputCount = (jobs: readonly ScriptJob[]): number =>
  jobs.reduce((sum, job) => sum + job.tx.inputs.length, 0)

/** The jobs' inputs in order, in batches; a transaction is cut only if it is larger than a batch. */
export function batchesOf(jobs: readonly ScriptJob[]): Piece[][] {
  const batches: Piece[][] = []
  let left = inputCount(jobs)
  let batch: Piece[] = []
  let room = 0
  for (const [index, job] of jobs.entries()) {
    const inputs = job.tx.inputs.length
    const step = Math.max(BATCH_INPUTS, Math.ceil(inputs / MOST_PARTS))
    for (let from = 0; from < inputs; from += step) {
      const to = Math.min(inputs, from + step)
      if (to - from > room) {
        batch = []
        batches.push(batch)
        room = roomFor(left)
      }
      batch.push({ job, index, from, to })
      room -= to - from
      left -= to - from
    }
  }
  return batches
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
