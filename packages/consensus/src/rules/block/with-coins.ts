import {
  type Block,
  type BlockHash,
  type Height,
  type OutpointKey,
  outpointKey,
  outputTotal,
  type Sats,
  type Transaction,
} from '@raistone/primitives'
import { isUnspendable, type ScriptFlags, sigopCost } from '@raistone/script'
import type { Coin, CoinDiff, CoinView } from '../../coin.js'
import type { ChainParams } from '../../params/chain-params.js'
import type { Outcome, Reject, Verdict } from '../../verdict.js'
import { MAX_BLOCK_SIGOPS_COST } from '../limits.js'
import { scriptFlagsAt } from '../script-flags.js'
import { blockSubsidy } from '../subsidy.js'
import { checkSequenceLocks } from '../transaction/with-ancestors.js'
import { checkTransactionWithCoins } from '../transaction/with-coins.js'

/** Where the block is to be connected. */
export interface ConnectContext {
  readonly height: Height
  readonly hash: BlockHash
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
  /** Of the block's ancestors. */
  readonly medianTimePastAt: (height: Height) => number
  readonly params: ChainParams
}

/** A block that obeys every rule but those of scripts, which are for `verify/`. */
export interface Connected {
  readonly diff: CoinDiff
  /** The coins each transaction spends, in input order; empty for the coinbase. */
  readonly spent: readonly (readonly Coin[])[]
  readonly fees: Sats
  /** What the scripts are to be judged by. */
  readonly flags: ScriptFlags
}

const invalid = (rule: string, detail: string): Reject => ({ rule, cause: 'consensus', detail })

const ownOutpoints = ({ txid, outputs }: Transaction): OutpointKey[] =>
  outputs.map((_, vout) => outpointKey({ txid, vout }))

/** The coins that `connectBlock` will ask for: those it spends, and any that its own would overwrite (BIP-0030). */
export function outpointsOf({ transactions }: Block): OutpointKey[] {
  const keys: OutpointKey[] = []
  transactions.forEach((tx, i) => {
    if (i > 0) for (const { prevout } of tx.inputs) keys.push(outpointKey(prevout))
    keys.push(...ownOutpoints(tx))
  })
  return keys
}

/** The coins while the block's transactions are applied one after the other. */
class Workspace implements CoinView {
  private readonly made = new Map<OutpointKey, Coin>()
  private readonly gone = new Map<OutpointKey, Coin>()

  constructor(
    private readonly base: CoinView,
    private readonly height: Height,
  ) {}

  get(at: OutpointKey): Coin | undefined {
    return this.made.get(at) ?? (this.gone.has(at) ? undefined : this.base.get(at))
  }

  spend(at: OutpointKey, coin: Coin): void {
    if (!this.made.delete(at)) this.gone.set(at, coin)
  }

  /** Outputs that nobody can ever spend become no coins. */
  make({ txid, outputs }: Transaction, coinbase: boolean): void {
    outputs.forEach(({ value, script }, vout) => {
      if (isUnspendable(script)) return
      this.made.set(outpointKey({ txid, vout }), { value, script, height: this.height, coinbase })
    })
  }

  get diff(): CoinDiff {
    return { added: this.made, spent: this.gone }
  }
}

/** BIP-0030: no transaction takes the place of one that is not spent yet. */
function checkNoOverwrite({ transactions }: Block, coins: CoinView): Verdict {
  for (const tx of transactions) {
    const taken = ownOutpoints(tx).find(at => coins.get(at))
    if (taken) return invalid('bad-txns-BIP30', `tried to overwrite transaction: ${taken} is not spent`)
  }
  return undefined
}

/** The coins a transaction spends, or the first that is not there. */
function spentBy(tx: Transaction, coins: CoinView): Outcome<Coin[]> {
  const spent: Coin[] = []
  for (const { prevout } of tx.inputs) {
    const coin = coins.get(outpointKey(prevout))
    if (!coin) return { reject: invalid('bad-txns-inputs-missingorspent', `${tx.txid} spends ${outpointKey(prevout)}`) }
    spent.push(coin)
  }
  return { value: spent }
}

/** Fees and weighed signature operations of the whole block. */
class Totals {
  fees = 0n
  sigops = 0

  constructor(private readonly maxMoney: Sats) {}

  addFee(fee: Sats): Verdict {
    this.fees += fee
    return this.fees > this.maxMoney
      ? invalid('bad-txns-accumulated-fee-outofrange', `accumulated fee in the block out of range: ${this.fees}`)
      : undefined
  }

  addSigops(cost: number): Verdict {
    this.sigops += cost
    return this.sigops > MAX_BLOCK_SIGOPS_COST ? invalid('bad-blk-sigops', `cost ${this.sigops}`) : undefined
  }
}

/** Inside a block a refusal is for good, also that of what may be right in a later one. */
const inBlock = ({ txid }: Transaction, { rule, detail }: Reject): Reject =>
  invalid(rule, `transaction ${txid}${detail ? `: ${detail}` : ''}`)

/** All that the coins say of one transaction, the coinbase left out; its fee is added to the block's. */
function checkSpending(tx: Transaction, spent: readonly Coin[], totals: Totals, context: ConnectContext): Verdict {
  const paid = checkTransactionWithCoins(tx, spent, context.height, context.params)
  if (paid.reject) return inBlock(tx, paid.reject)
  const over = totals.addFee(paid.value.fee)
  if (over) return over
  const locked = checkSequenceLocks(tx, spent, context)
  return locked && inBlock(tx, locked)
}

/** The coinbase takes no more than the subsidy and the fees. */
function checkReward({ transactions: [coinbase] }: Block, fees: Sats, { height, params }: ConnectContext): Verdict {
  const limit = blockSubsidy(height, params) + fees
  const taken = coinbase ? outputTotal(coinbase) : 0n
  return taken > limit
    ? invalid('bad-cb-amount', `coinbase pays too much (actual=${taken} vs limit=${limit})`)
    : undefined
}

/**
 * Applies a block to the coins it needs (`outpointsOf`), in Core's order (ConnectBlock). What it returns is the change,
 * as a value: whoever asked may commit it. `coins` must answer for the state after the block's parent.
 */
export function connectBlock(block: Block, coins: CoinView, context: ConnectContext): Outcome<Connected> {
  const { height, hash, params } = context
  const overwrites = checkNoOverwrite(block, coins)
  if (overwrites) return { reject: overwrites }
  const flags = scriptFlagsAt(height, hash, params)
  const workspace = new Workspace(coins, height)
  const totals = new Totals(params.money.maxMoney)
  const allSpent: (readonly Coin[])[] = []
  for (const [i, tx] of block.transactions.entries()) {
    const found: Outcome<Coin[]> = i === 0 ? { value: [] } : spentBy(tx, workspace)
    if (found.reject) return found
    const spent = found.value
    const reject =
      (i === 0 ? undefined : checkSpending(tx, spent, totals, context)) ?? totals.addSigops(sigopCost(tx, spent, flags))
    if (reject) return { reject }
    spent.forEach((coin, at) => {
      workspace.spend(outpointKey((tx.inputs[at] as Transaction['inputs'][number]).prevout), coin)
    })
    workspace.make(tx, i === 0)
    allSpent.push(spent)
  }
  const greedy = checkReward(block, totals.fees, context)
  if (greedy) return { reject: greedy }
  return { value: { diff: workspace.diff, spent: allSpent, fees: totals.fees, flags } }
}
