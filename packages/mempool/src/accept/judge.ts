import type { Coin, Outcome } from '@raistone/consensus'
import type { Transaction } from '@raistone/primitives'
import type { MempoolChain } from '../deps.js'
import type { FeeRate, MempoolLimits, MempoolPolicy } from '../policy/limits.js'
import type { TransactionGraph } from '../pool/graph.js'
import { checkBeforeCoins } from './alone.js'
import { checkFamily } from './family.js'
import { NextBlock } from './next-block.js'
import type { ScriptCheck } from './scripts.js'
import { loadSpentCoins, type PoolCoins } from './spent-coins.js'
import { checkWithCoins, type Measured } from './with-coins.js'

/** What a transaction is judged against. */
export interface Bench {
  readonly chain: MempoolChain
  readonly graph: TransactionGraph
  readonly coin: PoolCoins
  readonly policy: MempoolPolicy
  readonly limits: MempoolLimits
  /** Entrance fee of a pool that was full. */
  readonly poolFeeRate: FeeRate
}

/** What the sender wants, or may. */
export interface Petition {
  readonly tx: Transaction
  readonly maxFeeRate: FeeRate | undefined
  /** It was in a block: it comes back whatever it pays. */
  readonly wasConfirmed: boolean
  readonly scripts: ScriptCheck
}

/** A transaction that may come in. */
export interface Admitted extends Measured {
  readonly coins: readonly Coin[]
}

/** Judges in Core's order (MemPoolAccept): the cheap before the dear, scripts last. Changes nothing. */
export async function judge(petition: Petition, bench: Bench): Promise<Outcome<Admitted>> {
  const { tx, maxFeeRate, wasConfirmed, scripts } = petition
  const { chain, graph, policy, limits, poolFeeRate } = bench
  const next = new NextBlock(chain)
  const early = checkBeforeCoins(tx, { graph, policy, next })
  if (early) return { reject: early }
  const found = await loadSpentCoins(tx, bench.coin, chain)
  if (found.reject) return found
  const coins = found.value
  const measured = checkWithCoins(tx, coins, next, policy, { poolFeeRate, maxFeeRate, anyFee: wasConfirmed })
  if (measured.reject) return measured
  const late = checkFamily(tx, measured.value.vsize, graph, limits, !wasConfirmed) ?? (await scripts(coins, next.flags))
  return late ? { reject: late } : { value: { ...measured.value, coins } }
}
