/** Why something was refused, as far as it matters to whoever must decide what to do about it. */
export type Cause =
  /** breaks a consensus rule whatever happens next: a block may be stored as failed */
  | 'consensus'
  /** the header itself is wrong */
  | 'header'
  /** the body is not the one the header commits to: says nothing about the true block */
  | 'mutated'
  /** something it builds on is not known yet */
  | 'missing'
  /** not yet: clocks differ, or a lock has not run out */
  | 'early'
  /** valid, but we do not relay it */
  | 'policy'

/** A refusal: Core's short reason, its cause, and the numbers that decided it. */
export interface Reject<Reason extends string = string> {
  readonly rule: Reason
  readonly cause: Cause
  readonly detail?: string
}

/** What a rule says: nothing, or why not. */
export type Verdict<Reason extends string = string> = Reject<Reason> | undefined

/** A value, or why there is none. */
export type Outcome<T, Reason extends string = string> =
  | { readonly value: T; readonly reject?: undefined }
  | { readonly reject: Reject<Reason> }
