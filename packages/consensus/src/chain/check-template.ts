import type { Block } from '@raistone/primitives'
import type { Clock } from '../clock.js'
import type { ChainParams } from '../params/chain-params.js'
import { checkBlockAlone } from '../rules/block/alone.js'
import { checkBlockWithAncestors } from '../rules/block/with-ancestors.js'
import type { Verdict } from '../verdict.js'
import { checkAncestry } from './accept-header.js'
import type { Ledger } from './ledger.js'

export interface TemplateJudge {
  readonly params: ChainParams
  readonly clock: Clock
  readonly ledger: Ledger
}

/** All rules but proof of work and solution, scripts included, for a block that would follow the head. Changes nothing. */
export async function checkTemplate(block: Block, { params, clock, ledger }: TemplateJudge): Promise<Verdict> {
  const { head } = ledger
  if (block.header.prev !== head.hash)
    return { rule: 'inconclusive-not-best-prevblk', cause: 'missing', detail: `tip is ${head.hash}` }
  const height = head.height + 1
  const verdict =
    checkAncestry(block.header, head, params, clock) ??
    checkBlockAlone(block, params) ??
    checkBlockWithAncestors(block, { height, medianTimePast: head.medianTimePast }, params)
  if (verdict) return verdict
  const outcome = await ledger.judge(block, height)
  return outcome.reject ?? ledger.checkScripts(block, outcome.value)
}
