import type { Transaction, TxOut } from '@raistone/primitives'
import type { ScriptErrorName, ScriptFlags } from '@raistone/script'

/** A transaction whose inputs are to be checked, with the output each of them spends. */
export interface ScriptJob {
  readonly tx: Transaction
  /** One per input, in input order. */
  readonly spent: readonly TxOut[]
}

/** The first input, by job and then by input, that its script refuses. */
export interface ScriptFailure {
  /** Index of the job. */
  readonly index: number
  readonly input: number
  readonly error: ScriptErrorName
}

/** Counts the ECDSA and Schnorr verifications that were really executed. */
export interface SignatureTally {
  signatures: number
}

/** Checks that are under way. */
export interface ScriptChecks {
  /**
   * The calling thread helps until the answer is there: the first failure, or undefined; the same whatever the number of
   * threads. Rejects only if the checks cannot be made. To be called once.
   */
  finish(): Promise<ScriptFailure | undefined>
  /** Nobody wants the answer any more: what is not begun is left. */
  abandon(): void
}

/** Checks scripts and signatures, on this thread or on others. Throws only if it cannot do its work. */
export interface ScriptVerifier {
  /** Name of the curve implementation in use. */
  readonly tier: string
  /** Threads besides the calling one. */
  readonly workers: number
  /** Hands the checks to the other threads, if there are any, and returns at once. Adds to `tally`. */
  begin(jobs: readonly ScriptJob[], flags: ScriptFlags, tally?: SignatureTally): ScriptChecks
  /** `begin` and `finish`. */
  verify(jobs: readonly ScriptJob[], flags: ScriptFlags, tally?: SignatureTally): Promise<ScriptFailure | undefined>
  close(): Promise<void>
}
