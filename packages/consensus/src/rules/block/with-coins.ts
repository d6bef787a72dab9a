import {
  type Block,
  type BlockHash,
  doneAtOnce,
  type Height,
  type OutpointKey,
  outpointKey,
  outputTotal,
  type Sats,
  type Steps,
  type Transaction,
  type TxIn,
  type Txid,
} from '@raistone/primitives'
import { type ScriptFlags, sigopCost } from '@raistone/script'
import { type Coin, type CoinDiff, type CoinView, noCoins } from '../../coin.js'
import type { ChainParams } from '../../params/chain-params.js'
import type { Outcome } from '../../verdict.js'
import { MAX_BLOCK_SIGOPS_COST } from '../limits.js'
import { type Check, firstBreach, type Rule, type RuleVerdict } from '../rule.js'
import type { RuleName } from '../rule-name.js'
import { scriptFlagsAt } from '../script-flags.js'
import { blockSubsidy } from '../subsidy.js'
import { inBlock } from '../transaction/in-block.js'
import { checkSequenceLocks } from '../transaction/with-ancestors.js'
import { checkCoinsThere, checkTransactionWithCoins } from '../transaction/with-coins.js'
import { Workspace } from './workspace.js'

/** Where the block is to be connected. */
export interface ConnectContext {
  readonly height: Height
  readonly hash: BlockHash
  /** BIP-0113: of the parent, seconds. */
  readonly medianTimePast: number
  /** Of the block's ancestors. */
  readonly medianTimePastAt: (height: Height) => number
  readonly params: ChainParams
  /** It is known that no older transaction has the id of one of the block's: none is looked for. */
  readonly idsAreNew?: boolean
}

/** A block that obeys every rule but those of scripts, which are for `verify/`. */
export interface Connected {
  readonly diff: CoinDiff
  /** The coins each transaction spends, in input order; empty for the coinbase. */
  readonly spent: readonly (readonly Coin[])[]
  readonly fees: Sats
  /** Coins that the block's own took the place of: none but in BIP-0030's exceptions. */
  readonly overwritten: ReadonlyMap<OutpointKey, Coin>
  /** What the scripts are to be judged by. */
  readonly flags: ScriptFlags
}

interface OverwriteFacts {
  readonly block: Block
  /** Before the block. */
  readonly coins: CoinView
  /** The coinbase may: it came before anybody saw the harm. */
  readonly excepted: boolean
  readonly idsAreNew: boolean
}

interface FeeTotal {
  readonly fees: Sats
  readonly maxMoney: Sats
}

interface SigopTotal {
  readonly cost: number
}

interface RewardFacts {
  readonly taken: Sats
  readonly limit: Sats
}

const ownOutpoints = ({ txid, outputs }: Transaction): OutpointKey[] =>
  outputs.map((_, vout) => outpointKey({ txid, vout }))

/** All coins that `connectBlock` asks for: those the block spends, and any that its own would overwrite (BIP-0030). */
export function outpointsOf(transactions: readonly Transaction[]): OutpointKey[] {
  const keys: OutpointKey[] = []
  transactions.forEach((tx, i) => {
    if (i > 0) for (const { prevout } of tx.inputs) keys.push(outpointKey(prevout))
    for (const key of ownOutpoints(tx)) keys.push(key)
  })
  return keys
}

/**
 * Whether two transactions can have one id. Those that do begin with a coinbase, and where each names its height from the
 * first block on (BIP-0034) no two are alike.
 */
export const idsRepeat = ({ forks }: ChainParams): boolean => forks.bip34 > 1

/**
 * The coins without which a block cannot be connected. Where ids do not repeat no coin can be overwritten, and none that
 * the block spends of its own transactions can be older than it. A block refused on these coins alone is to be judged
 * once more on all of them: it may break another rule first.
 */
export function neededOutpoints(transactions: readonly Transaction[], params: ChainParams): OutpointKey[] {
  if (idsRepeat(params)) return outpointsOf(transactions)
  const own = new Set(transactions.map(({ txid }) => txid))
  return transactions
    .slice(1)
    .flatMap(({ inputs }) => inputs.flatMap(({ prevout }) => (own.has(prevout.txid) ? [] : outpointKey(prevout))))
}

/**
 * The coins that each of a block's first transactions spends, in input order, the coinbase's left out; undefined if one
 * is not there. Whether they may be spent, and but once, is for `connectBlock` to say.
 */
export function coinsSpent(
  transactions: readonly Transaction[],
  coins: CoinView,
  height: Height,
): readonly (readonly Coin[])[] | undefined {
  const own = new Map<Txid, Transaction>()
  const spent: Coin[][] = []
  for (const [i, tx] of transactions.entries()) {
    const ofThis: Coin[] = []
    if (i > 0)
      for (const { prevout } of tx.inputs) {
        const made = own.get(prevout.txid)?.outputs[prevout.vout]
        const coin = made ? { ...made, height, coinbase: false } : coins.get(outpointKey(prevout))
        if (!coin) return undefined
        ofThis.push(coin)
      }
    spent.push(ofThis)
    own.set(tx.txid, tx)
  }
  return spent
}

const noOverwrite: Check<OverwriteFacts> = ({ block, coins, excepted, idsAreNew }) => {
  if (idsAreNew) return undefined
  for (const tx of excepted ? block.transactions.slice(1) : block.transactions) {
    const taken = ownOutpoints(tx).find(at => coins.get(at))
    if (taken) return `tried to overwrite transaction: ${taken} is not spent`
  }
  return undefined
}

const feesInRange: Check<FeeTotal> = ({ fees, maxMoney }) =>
  fees > maxMoney ? `accumulated fee in the block out of range: ${fees}` : undefined

const sigopsInRange: Check<SigopTotal> = ({ cost }) => (cost > MAX_BLOCK_SIGOPS_COST ? `cost ${cost}` : undefined)

const rewardInRange: Check<RewardFacts> = ({ taken, limit }) =>
  taken > limit ? `coinbase pays too much (actual=${taken} vs limit=${limit})` : undefined

/** Asked before any transaction is applied, as in Core (ConnectBlock). */
export const overwriteRules: readonly Rule<OverwriteFacts>[] = [
  {
    reason: 'bad-txns-BIP30',
    cause: 'consensus',
    about: 'No transaction takes the place of one that is not spent yet, but in the blocks that the chain excepts.',
    source: 'BIP-0030',
    check: noOverwrite,
  },
]

/** Asked after each transaction but the coinbase, between the rules of its coins and those of its locks (ConnectBlock). */
export const feeTotalRules: readonly Rule<FeeTotal>[] = [
  {
    reason: 'bad-txns-accumulated-fee-outofrange',
    cause: 'consensus',
    about: 'The fees are together no more than all the money there can be.',
    source: 'Core: ConnectBlock',
    check: feesInRange,
  },
]

/** Asked after each transaction, also the coinbase (ConnectBlock). */
export const sigopTotalRules: readonly Rule<SigopTotal>[] = [
  {
    reason: 'bad-blk-sigops',
    cause: 'consensus',
    about:
      'All signature operations cost 80,000 at most: four each, also in redeem scripts, and one each in witness scripts.',
    source: 'BIP-0141',
    check: sigopsInRange,
  },
]

/** Asked when all fees are known (ConnectBlock). */
export const rewardRules: readonly Rule<RewardFacts>[] = [
  {
    reason: 'bad-cb-amount',
    cause: 'consensus',
    about: 'The coinbase takes the subsidy and the fees at most.',
    source: 'Core: ConnectBlock',
    check: rewardInRange,
  },
]

/** Fees and weighed signature operations of the whole block. */
class Totals {
  fees = 0n
  sigops = 0

  constructor(private readonly maxMoney: Sats) {}

  addFee(fee: Sats): RuleVerdict {
    this.fees += fee
    return firstBreach(feeTotalRules, { fees: this.fees, maxMoney: this.maxMoney })
  }

  addSigops(cost: number): RuleVerdict {
    this.sigops += cost
    return firstBreach(sigopTotalRules, { cost: this.sigops })
  }
}

/** Makes room for the outputs of a coinbase that has been there before; what they take the place of is lost. */
function clearPlaces({ transactions: [coinbase] }: Block, workspace: Workspace): ReadonlyMap<OutpointKey, Coin> {
  const lost = new Map<OutpointKey, Coin>()
  for (const at of coinbase ? ownOutpoints(coinbase) : []) {
    const coin = workspace.get(at)
    if (!coin) continue
    lost.set(at, coin)
    workspace.spend(at, coin)
  }
  return lost
}

/** All that the coins say of one transaction, the coinbase left out; its fee is added to the block's. */
function checkSpending(tx: Transaction, coins: readonly Coin[], totals: Totals, context: ConnectContext): RuleVerdict {
  const missing = checkCoinsThere(tx, coins)
  if (missing) return inBlock(tx, missing)
  const paid = checkTransactionWithCoins(tx, coins, context.height, context.params)
  if (paid.reject) return inBlock(tx, paid.reject)
  const over = totals.addFee(paid.value.fee)
  if (over) return over
  const locked = checkSequenceLocks(tx, coins, context)
  return locked && inBlock(tx, locked)
}

/** What the coinbase takes is known when all fees are. */
function checkReward({ transactions: [coinbase] }: Block, fees: Sats, { height, params }: ConnectContext): RuleVerdict {
  const taken = coinbase ? outputTotal(coinbase) : 0n
  return firstBreach(rewardRules, { taken, limit: blockSubsidy(height, params) + fees })
}

/** Inputs and outputs that are dealt with in one step. */
const STEP_PUTS = 1000

/**
 * Applies a block to the coins it needs (`outpointsOf`), in Core's order (ConnectBlock). What it returns is the change,
 * as a value: whoever asked may commit it. `coins` must answer for the state after the block's parent.
 */
export const connectBlock = (block: Block, coins: CoinView, context: ConnectContext): Outcome<Connected, RuleName> =>
  doneAtOnce(connectBlockInSteps(block, coins, context))

/** The same in steps: a block full of small transactions takes longer than others can wait. */
export function* connectBlockInSteps(
  block: Block,
  coins: CoinView,
  context: ConnectContext,
): Steps<Outcome<Connected, RuleName>> {
  const { height, hash, params, idsAreNew = false } = context
  const excepted = params.bip30Exceptions.has(hash)
  const overwrites = firstBreach(overwriteRules, { block, coins, excepted, idsAreNew })
  if (overwrites) return { reject: overwrites }
  const flags = scriptFlagsAt(height, hash, params)
  const workspace = new Workspace(coins, height)
  const totals = new Totals(params.money.maxMoney)
  const allSpent: (readonly Coin[])[] = []
  const overwritten = excepted ? clearPlaces(block, workspace) : noCoins
  let puts = 0
  for (const [i, tx] of block.transactions.entries()) {
    const inputs = i === 0 ? [] : tx.inputs
    // That each of them is there is a rule.
    const spent = inputs.map(({ prevout }) => workspace.get(outpointKey(prevout)) as Coin)
    const reject =
      (i === 0 ? undefined : checkSpending(tx, spent, totals, context)) ?? totals.addSigops(sigopCost(tx, spent, flags))
    if (reject) return { reject }
    for (let at = 0; at < inputs.length; at++)
      workspace.spend(outpointKey((inputs[at] as TxIn).prevout), spent[at] as Coin)
    allSpent.push(spent)
    puts += inputs.length
    for (let vout = 0; vout < tx.outputs.length; vout++, puts++) {
      if (puts >= STEP_PUTS) {
        puts = 0
        yield
      }
      workspace.make(tx, vout, i === 0)
    }
  }
  const greedy = checkReward(block, totals.fees, context)
  if (greedy) return { reject: greedy }
  return { value: { diff: workspace.diff, spent: allSpent, fees: totals.fees, overwritten, flags } }
}
