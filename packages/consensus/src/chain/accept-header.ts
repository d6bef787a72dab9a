import { type BlockHash, type Header, hashHeader } from '@raistone/primitives'
import { type Clock, nowSec } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import { nextBits } from '../pow/retarget.js'
import { checkHeaderAlone } from '../rules/header/alone.js'
import { checkHeaderWithAncestors } from '../rules/header/with-ancestors.js'
import type { Outcome, Verdict } from '../verdict.js'
import type { BlockTree } from './block-tree.js'
import type { TreeEntry } from './tree-entry.js'

/** What a header is judged by. */
export interface HeaderJudge {
  readonly tree: BlockTree
  readonly params: ChainParams
  readonly clock: Clock
}

/** The rules that look at a header's ancestors and at the clock. */
export const checkAncestry = (header: Header, parent: TreeEntry, params: ChainParams, clock: Clock): Verdict =>
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

/** Finds the header in the tree or adds it. `fresh` tells which. */
export function acceptHeader(
  header: Header,
  { tree, params, clock }: HeaderJudge,
  hash: BlockHash = hashHeader(header),
): Outcome<{ readonly entry: TreeEntry; readonly fresh: boolean }> {
  const known = tree.get(hash)
  if (known?.invalid) return { reject: { rule: 'duplicate-invalid', cause: 'consensus', detail: hash } }
  if (known) return { value: { entry: known, fresh: false } }
  const alone = checkHeaderAlone(header, hash, params)
  if (alone) return { reject: alone }
  const parent = tree.get(header.prev)
  if (!parent) return { reject: { rule: 'prev-blk-not-found', cause: 'missing', detail: header.prev } }
  if (parent.invalid) return { reject: { rule: 'bad-prevblk', cause: 'consensus', detail: header.prev } }
  const verdict = checkAncestry(header, parent, params, clock)
  if (verdict) return { reject: verdict }
  return { value: { entry: tree.insert(hash, header, parent), fresh: true } }
}
