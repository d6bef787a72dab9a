import type { Height, Sats } from '@raistone/primitives'
import type { ChainParams } from '../params/chain-params.js'

/** Halvings after which nothing is left of any subsidy; shifting further would be undefined in Core. */
const MOST_HALVINGS = 64

/** New money that the coinbase of the block at this height may take, besides fees. */
export function blockSubsidy(height: Height, { money }: Pick<ChainParams, 'money'>): Sats {
  const halvings = Math.floor(height / money.halvingBlocks)
  return halvings >= MOST_HALVINGS ? 0n : money.subsidy >> BigInt(halvings)
}
