import type { Cause, Reject, Verdict } from '../verdict.js'
import type { RuleName } from './rule-name.js'

/** What is wrong, in the numbers that decided it; undefined where the rule holds. */
export type Breach = string | undefined

/** The rule is broken, and its reason says it all. */
export const BROKEN: Breach = ''

/** Looks at nothing but the facts it is given. */
export type Check<Facts> = (facts: Facts) => Breach

/** One rule: a row of a table. */
export interface Rule<Facts> {
  /** Core's reason; `…` stands for what the refusal names in its place. */
  readonly reason: RuleName
  readonly cause: Cause
  /** What must hold, in a sentence. */
  readonly about: string
  /** Where it comes from: a BIP, a CVE, a function of Core's. */
  readonly source: string
  readonly check: Check<Facts>
  /** The reason with what it names; as it stands in the row if left out. */
  readonly inFull?: (facts: Facts) => RuleName
}

/** A rule's refusal. Those of transactions are worded anew inside a block. */
export type RuleReject = Reject<RuleName>
export type RuleVerdict = Verdict<RuleName>

/** Says no in the name of a rule. */
export function refuse<Facts>(rule: Rule<Facts>, facts: Facts, breach: string): RuleReject {
  const reason = rule.inFull?.(facts) ?? rule.reason
  return breach === BROKEN ? { rule: reason, cause: rule.cause } : { rule: reason, cause: rule.cause, detail: breach }
}

/** What the first of the rules that is broken says: a table's order decides which reason is told. */
export function firstBreach<Facts>(rules: readonly Rule<Facts>[], facts: Facts): RuleVerdict {
  for (const rule of rules) {
    const breach = rule.check(facts)
    if (breach !== undefined) return refuse(rule, facts, breach)
  }
  return undefined
}
