import {
  type Block,
  type Outpoint,
  type OutpointKey,
  outpointKey,
  type Transaction,
  type TxOut,
} from '@raistone/primitives'
import { opcode } from '@raistone/script'
import {
  BlockBuilder,
  lockIn,
  type ParentBlock,
  type ScriptHome,
  scriptHomes,
  subsidyAt,
  unlockFrom,
} from '@raistone/testkit'
import fc from 'fast-check'
import type { Coin } from '../../src/coin.js'
import { anyScript, input, output, transaction } from '../support/bodies.js'
import { liveParams } from '../support/live-chain.js'

/** What one transaction of a random block does; numbers are reduced to what there is. */
export interface PaymentPlan {
  /** Which of the coins that may be spent, those made earlier in the block included. */
  readonly from: readonly number[]
  readonly outputs: number
  readonly fee: number
  /** Whether a part goes where nobody can ever spend it. */
  readonly burns: boolean
  /** Where the scripts of its outputs are. */
  readonly home: number
}

export interface BlockPlan {
  /** How many blocks back, in the order they were made, the parent is: 0 is the last one. */
  readonly back: number
  readonly payments: readonly PaymentPlan[]
  /** Satoshis that the coinbase leaves lying. */
  readonly unclaimed: number
}

const payment: fc.Arbitrary<PaymentPlan> = fc.record({
  from: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  outputs: fc.integer({ min: 1, max: 4 }),
  fee: fc.nat(100_000),
  burns: fc.boolean(),
  home: fc.nat(3),
})

const plan = (back: fc.Arbitrary<number>): fc.Arbitrary<BlockPlan> =>
  fc.record({
    back,
    payments: fc.array(payment, { maxLength: 5 }),
    unclaimed: fc.oneof(fc.constant(0), fc.nat(5_000_000_000)),
  })

/** Blocks one on top of the other. */
export const chainPlan = (minLength: number, maxLength: number): fc.Arbitrary<BlockPlan[]> =>
  fc.array(plan(fc.constant(0)), { minLength, maxLength })

/** Blocks of which every other or so begins or goes on with another branch. */
export const treePlan = (minLength: number, maxLength: number): fc.Arbitrary<BlockPlan[]> =>
  fc.array(plan(fc.oneof(fc.constant(0), fc.nat(6))), { minLength, maxLength })

interface ModelCoin extends Coin {
  readonly outpoint: Outpoint
  readonly home: ScriptHome
}

/** A block of a random tree, and what must be true after it, worked out without the rules. */
export interface TreeNode {
  readonly block: Block
  readonly parent: TreeNode | undefined
  readonly at: ParentBlock
  readonly coins: ReadonlyMap<OutpointKey, ModelCoin>
  /** All that the coinbases up to here could have made. */
  readonly issued: bigint
  /** What nobody claimed, and what went to outputs that nobody can spend. */
  readonly burned: bigint
}

const trueScript = anyScript
const deadScript = Uint8Array.of(opcode.OP_RETURN, opcode.OP_1)

/** The node before all others. */
export function rootNode(): TreeNode {
  const { tip } = new BlockBuilder(liveParams)
  return { block: liveParams.genesis, parent: undefined, at: tip, coins: new Map(), issued: 0n, burned: 0n }
}

/** Shares of a whole, the last taking what is left over. */
function shares(whole: bigint, count: number): bigint[] {
  const each = whole / BigInt(count)
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? whole - each * BigInt(count - 1) : each))
}

/** The coins while a block is put together. */
class Pool {
  readonly coins: Map<OutpointKey, ModelCoin>
  fees = 0n
  burned = 0n

  constructor(
    parent: TreeNode,
    private readonly height: number,
  ) {
    this.coins = new Map(parent.coins)
  }

  private get ready(): ModelCoin[] {
    const isReady = ({ coinbase, height }: ModelCoin): boolean =>
      !coinbase || this.height - height >= liveParams.coinbaseMaturity
    return [...this.coins.values()].filter(isReady)
  }

  add(tx: Transaction, home: ScriptHome, coinbase: boolean): void {
    tx.outputs.forEach(({ value, script }, vout) => {
      const outpoint = { txid: tx.txid, vout }
      if (script[0] === opcode.OP_RETURN) this.burned += value
      else this.coins.set(outpointKey(outpoint), { value, script, height: this.height, coinbase, outpoint, home })
    })
  }

  /** Carries out a payment; nothing if there is nothing to spend. */
  pay({ from, outputs, fee, burns, home: which }: PaymentPlan): Transaction | undefined {
    const { ready } = this
    if (ready.length === 0) return undefined
    const spent = [...new Set(from.map(pick => ready[pick % ready.length] as ModelCoin))]
    const total = spent.reduce((sum, { value }) => sum + value, 0n)
    const left = total > BigInt(fee) ? BigInt(fee) : total
    const home = scriptHomes[which] as ScriptHome
    const script = lockIn(home, trueScript)
    const paid = shares(total - left, outputs).map(
      (value, i): TxOut => output(value, burns && i === 0 ? deadScript : script),
    )
    const inputs = spent.map(coin => input(coin.outpoint, unlockFrom(coin.home, trueScript)))
    const tx = transaction({ inputs, outputs: paid })
    for (const { outpoint } of spent) this.coins.delete(outpointKey(outpoint))
    this.fees += left
    this.add(tx, home, false)
    return tx
  }
}

/** A valid block on this one. */
export function grow(parent: TreeNode, { payments, unclaimed }: BlockPlan, extraNonce: number): TreeNode {
  const height = parent.at.height + 1
  const pool = new Pool(parent, height)
  const transactions = payments.flatMap(each => pool.pay(each) ?? [])
  const subsidy = subsidyAt(height, liveParams.money)
  const most = subsidy + pool.fees
  const claimed = most > BigInt(unclaimed) ? most - BigInt(unclaimed) : 0n
  const builder = new BlockBuilder(liveParams, parent.at)
  const block = builder.mine({ transactions, coinbaseOutputs: [output(claimed)], extraNonce })
  pool.add(block.transactions[0] as Transaction, 'bare', true)
  return {
    block,
    parent,
    at: builder.tip,
    coins: pool.coins,
    issued: parent.issued + subsidy,
    burned: parent.burned + pool.burned + most - claimed,
  }
}

/** All blocks of the plan, in the order they are made; the root is not among them. */
export function growTree(plans: readonly BlockPlan[]): TreeNode[] {
  const nodes = [rootNode()]
  for (const [i, each] of plans.entries()) {
    const parent = nodes[Math.max(0, nodes.length - 1 - each.back)] as TreeNode
    nodes.push(grow(parent, each, i + 1))
  }
  return nodes.slice(1)
}
