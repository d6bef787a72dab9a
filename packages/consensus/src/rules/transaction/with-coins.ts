import { type Height, outputTotal, type Sats, type TransactionBody } from '@raistone/primitives'
import type { Coin } from '../../coin.js'
import type { ChainParams } from '../../params/chain-params.js'
import type { Outcome, Reject } from '../../verdict.js'

const invalid = (rule: string, detail: string, cause: Reject['cause'] = 'consensus'): { readonly reject: Reject } => ({
  reject: { rule, cause, detail },
})

/**
 * What the coins it spends say of a transaction in a block at this height (Core's CheckTxInputs, after the coins were
 * found): coinbases are mature, values are in range, and the outputs are covered. The fee is what is left.
 */
export function checkTransactionWithCoins(
  tx: TransactionBody,
  coins: readonly Coin[],
  height: Height,
  { coinbaseMaturity, money: { maxMoney } }: Pick<ChainParams, 'coinbaseMaturity' | 'money'>,
): Outcome<{ readonly fee: Sats }> {
  let total = 0n
  for (const coin of coins) {
    const depth = height - coin.height
    if (coin.coinbase && depth < coinbaseMaturity)
      return invalid('bad-txns-premature-spend-of-coinbase', `tried to spend coinbase at depth ${depth}`, 'early')
    total += coin.value
    if (coin.value < 0n || coin.value > maxMoney || total > maxMoney)
      return invalid('bad-txns-inputvalues-outofrange', `${total}`)
  }
  const paid = outputTotal(tx)
  if (total < paid) return invalid('bad-txns-in-belowout', `value in (${total}) < value out (${paid})`)
  const fee = total - paid
  if (fee > maxMoney) return invalid('bad-txns-fee-outofrange', `${fee}`)
  return { value: { fee } }
}
