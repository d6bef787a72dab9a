import type { BlockHash, Header } from '@raistone/primitives'
import type { ChainParams } from '../../params/chain-params.js'
import { checkProofOfWork } from '../../pow/target.js'
import type { Verdict } from '../../verdict.js'

/** The hash is the header's; whether it meets the target the header claims. That the target is right is for ancestors to say. */
export function checkHeaderAlone(header: Header, hash: BlockHash, { pow }: Pick<ChainParams, 'pow'>): Verdict {
  if (checkProofOfWork(hash, header.bits, pow.limit)) return undefined
  return { rule: 'high-hash', cause: 'header', detail: `${hash} with bits ${header.bits.toString(16)}` }
}
