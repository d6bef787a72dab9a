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

/** Checks scripts and signatures, on this thread or on others. Throws only if it cannot do its work. */
export interface ScriptVerifier {
  /** Name of the curve implementation in use. */
  readonly tier: string
  /** Threads besides the calling one. */
  readonly workers: number
  /** The first failure, or undefined: the same answer whatever the number of threads. Adds to `tally`. */
  verify(jobs: readonly ScriptJob[], flags: ScriptFlags, tally?: SignatureTally): Promise<ScriptFailure | undefined>
  close(): Promise<void>
}
