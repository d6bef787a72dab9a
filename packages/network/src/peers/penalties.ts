import type { Cause } from '@raistone/consensus'

/** What a peer can do wrong, beyond the causes for which a block or header is refused. */
export type Misdeed =
  | Cause
  /** bytes that are not the message they should be, or longer than it may be */
  | 'malformed'
  /** an answer that has nothing to do with the question */
  | 'unasked'
  /** a script that fails under consensus flags in a transaction it vouched for */
  | 'bad-script'
  /** nothing came before the deadline */
  | 'stalled'
  /** it announced a block and cannot deliver it */
  | 'withheld'
  /** more requests than any honest node makes */
  | 'flood'

/** Points each misdeed costs. What an honest peer can do by bad luck costs little; at `BAN_SCORE` it is banned. */
export const penalties: Readonly<Record<Misdeed, number>> = {
  consensus: 100,
  header: 100,
  mutated: 100,
  missing: 10,
  early: 0,
  policy: 0,
  malformed: 50,
  unasked: 50,
  'bad-script': 20,
  stalled: 10,
  withheld: 10,
  flood: 5,
}

export const BAN_SCORE = 100
/** Points are forgiven one by one, one this often: a slow day is not a crime. */
export const FORGIVE_MS = 60_000
/** How long a banned peer is refused. */
export const BAN_MS = 24 * 3600 * 1000
