import { bodyRules, countRules, solutionRules } from './block/alone.js'
import { placedRules } from './block/with-ancestors.js'
import { feeTotalRules, overwriteRules, rewardRules, sigopTotalRules } from './block/with-coins.js'
import { scriptRules } from './block/with-scripts.js'
import { workRules } from './header/alone.js'
import { knownHeaderRules, parentRules } from './header/in-tree.js'
import { headerRules } from './header/with-ancestors.js'
import type { Rule } from './rule.js'
import { inputRules, outputRules, shapeRules } from './transaction/alone.js'
import { lockRules } from './transaction/with-ancestors.js'
import { coinRules, feeRules, presenceRules } from './transaction/with-coins.js'

/** Where a rule stands: the file under `rules/`, which is named by what its checks may see. */
export type Place =
  | 'header/in-tree'
  | 'header/alone'
  | 'header/with-ancestors'
  | 'block/alone'
  | 'block/with-ancestors'
  | 'block/with-coins'
  | 'block/with-scripts'
  | 'transaction/alone'
  | 'transaction/with-ancestors'
  | 'transaction/with-coins'

/** A rule and its place; the name is that of its check. */
export interface BookedRule {
  readonly name: string
  readonly place: Place
  readonly rule: Rule<never>
}

const at = (place: Place, ...tables: readonly (readonly Rule<never>[])[]): BookedRule[] =>
  tables.flat().map(rule => ({ name: rule.check.name, place, rule }))

/**
 * Every rule, in the order that Core asks for them when the header comes first and the body later. A block that is
 * handed in whole has to show its work and what it is alone before anybody looks for its parent.
 */
export const ruleBook: readonly BookedRule[] = [
  ...at('header/in-tree', knownHeaderRules),
  ...at('header/alone', workRules),
  ...at('header/in-tree', parentRules),
  ...at('header/with-ancestors', headerRules),
  ...at('block/alone', solutionRules, bodyRules),
  ...at('transaction/alone', shapeRules, outputRules, inputRules),
  ...at('block/alone', countRules),
  ...at('block/with-ancestors', placedRules),
  ...at('block/with-coins', overwriteRules),
  ...at('transaction/with-coins', presenceRules, coinRules, feeRules),
  ...at('block/with-coins', feeTotalRules),
  ...at('transaction/with-ancestors', lockRules),
  ...at('block/with-coins', sigopTotalRules, rewardRules),
  ...at('block/with-scripts', scriptRules),
]
