import {
  type Coin,
  checkSequenceLocks,
  checkTransactionWithCoins,
  isFinal,
  type Outcome,
  scriptFlagsAt,
  type Verdict,
} from '@raistone/consensus'
import { type BlockHash, type Sats, type Transaction, type TransactionBody, ZERO_HASH } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import type { MempoolChain } from '../deps.js'

/** What the rules say of transactions in the block that would follow the tip: the pool asks nothing but that. */
export class NextBlock {
  readonly height: number
  /** Script rules in force there. */
  readonly flags: ScriptFlags

  constructor(private readonly chain: MempoolChain) {
    this.height = chain.tip.height + 1
    this.flags = scriptFlagsAt(this.height, ZERO_HASH as BlockHash, chain.params)
  }

  get params(): MempoolChain['params'] {
    return this.chain.params
  }

  /** BIP-0113: lock times are compared with the median time of the tip. */
  isFinal(tx: TransactionBody): boolean {
    return isFinal(tx, this.height, this.chain.tip.medianTimePast)
  }

  /** BIP-0068. */
  sequenceLocks(tx: Transaction, coins: readonly Coin[]): Verdict {
    const { chain, height } = this
    const refused = checkSequenceLocks(tx, coins, {
      height,
      medianTimePast: chain.tip.medianTimePast,
      medianTimePastAt: at => chain.entryAt(at)?.medianTimePast ?? chain.tip.medianTimePast,
      params: chain.params,
    })
    return refused && { rule: 'non-BIP68-final', cause: 'early' }
  }

  /** Values, and whether coinbases are mature. */
  withCoins(tx: Transaction, coins: readonly Coin[]): Outcome<{ readonly fee: Sats }> {
    return checkTransactionWithCoins(tx, coins, this.height, this.chain.params)
  }
}
