import type { Block, Header, Transaction } from '@raistone/primitives'
import type { Coin } from '../../../src/coin.js'
import type { RuleName } from '../../../src/rules/rule-name.js'
import { RuleScene } from '../../support/rule-scene.js'

/** What is handed to the rules. */
export type Subject =
  | { readonly block: Block }
  | { readonly header: Header }
  /** Judged alone: no block shows the fault, because another of its rules is broken first. */
  | { readonly alone: Transaction }
  /** Judged by what its coins, one for each input, say of it in a block at this height, as if it waited for that. */
  | { readonly spends: Transaction; readonly coins: readonly (Coin | undefined)[]; readonly height: number }

/** A subject that breaks one rule, and its neighbour, which is one step inside and breaks none. */
export interface Scene {
  /** The rule's name in the book. */
  readonly rule: string
  /** What is wrong. */
  readonly name: string
  /** The chain it happens on: regtest, four blocks long, if left out. */
  readonly stage?: () => RuleScene
  /** Blocks that are handed in before the subject, whatever becomes of them. */
  readonly before?: (at: RuleScene) => readonly Block[]
  readonly broken: (at: RuleScene) => Subject
  readonly sound: (at: RuleScene) => Subject
  /** The reason in full, where it names something. */
  readonly told?: RuleName
  /** What our clock shows; late enough for any block if left out. */
  readonly nowSec?: (at: RuleScene) => number
  /**
   * What the other rules say of the broken subject, where it is not that they take it: it cannot but break another one, or
   * without this rule there is nothing that others could look at.
   */
  readonly others?: RuleName | 'nothing to judge'
  /** A sound block that is not the best chain's next is kept for later. */
  readonly state?: 'stored'
}

/** Regtest, four blocks long, coinbases mature after three. */
export const plain = (): RuleScene => new RuleScene()
