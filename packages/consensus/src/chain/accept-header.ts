import { type BlockHash, type Header, hashHeader } from '@raistone/primitives'
import { type Clock, nowSec } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import { nextBits } from '../pow/retarget.js'
import { checkHeaderAlone } from '../rules/header/alone.js'
import { checkKnownHeader, checkParent } from '../rules/header/in-tree.js'
import { checkHeaderWithAncestors } from '../rules/header/with-ancestors.js'
import type { RuleReject, RuleVerdict } from '../rules/rule.js'
import type { RuleName } from '../rules/rule-name.js'
import type { Outcome } from '../verdict.js'
import type { BlockTree } from './block-tree.js'
import type { HeaderView } from './tree-entry.js'

/** What a header is judged by. */
export interface HeaderJudge {
  readonly tree: Pick<BlockTree, 'look' | 'insert'>
  readonly params: ChainParams
  readonly clock: Clock
}

/** The rules that look at a header's ancestors and at the clock. */
export const checkAncestry = (header: Header, parent: HeaderView, params: ChainParams, clock: Clock): RuleVerdict =>
  checkHeaderWithAncestors(
    header,
    {
      parent,
      medianTimePast: parent.medianTimePast,
      expectedBits: nextBits(parent, header.time, params),
      nowSec: nowSec(clock),
    },
    params,
  )

/** What only our operator holds to be invalid is nobody's fault. */
const ownVerdict = (reject: RuleReject, invalid: HeaderView | undefined): RuleReject =>
  invalid?.invalid && !invalid.wrong ? { ...reject, cause: 'policy' } : reject

/** Finds the header in the tree or adds it, judged in Core's order (AcceptBlockHeader). `fresh` tells which. */
export function acceptHeader(
  header: Header,
  { tree, params, clock }: HeaderJudge,
  hash: BlockHash = hashHeader(header),
): Outcome<{ readonly entry: HeaderView; readonly fresh: boolean }, RuleName> {
  const known = tree.look(hash)
  const failed = checkKnownHeader(hash, known)
  if (failed) return { reject: ownVerdict(failed, known) }
  if (known) return { value: { entry: known, fresh: false } }
  // That there is one is a rule.
  const parent = tree.look(header.prev) as HeaderView
  const idle = checkHeaderAlone(header, hash, params)
  if (idle) return { reject: idle }
  const misplaced = checkParent(header.prev, parent)
  if (misplaced) return { reject: ownVerdict(misplaced, parent) }
  const verdict = checkAncestry(header, parent, params, clock)
  return verdict ? { reject: verdict } : { value: { entry: tree.insert(hash, header, parent), fresh: true } }
}
