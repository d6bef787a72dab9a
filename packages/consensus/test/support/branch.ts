import type { Block, Transaction } from '@raistone/primitives'
import {
  BlockBuilder,
  type BlockOptions,
  type OwnedCoin,
  ownedCoin,
  type PayTo,
  spend,
  testKey,
} from '@raistone/testkit'
import { liveParams } from './live-chain.js'

const kinds: readonly PayTo[] = ['p2wpkh', 'p2tr', 'p2pkh', 'p2sh-p2wpkh']
const FEE = 1000n

/** A coin split in two, the first half spent again by the next transaction of the same block. */
function payments(coin: OwnedCoin, to: number): Transaction[] {
  const key = testKey(to)
  const kind = kinds[to % kinds.length] as PayTo
  const half = coin.output.value / 2n
  const split = spend(
    [coin],
    [
      { value: half, script: key.scripts[kind] },
      { value: half - FEE, script: key.scripts.p2tr },
    ],
  )
  return [split, spend([ownedCoin(split, 0, key)], [{ value: half - FEE, script: testKey(to + 1).scripts.p2wpkh }])]
}

/**
 * A chain of real blocks, genesis left out, with another number of its own so that equal heights of two branches have
 * different blocks. Busy blocks spend the oldest mature coinbase: rival branches spend the same coins differently.
 */
export class Branch {
  private spentFrom: number

  constructor(
    readonly name = 0,
    readonly builder = new BlockBuilder(liveParams),
    readonly blocks: Block[] = [],
    spentFrom = 0,
  ) {
    this.spentFrom = spentFrom
  }

  get tip(): Block {
    return this.blocks.at(-1) ?? liveParams.genesis
  }

  /** A rival that shares the blocks so far, but for the last `back`. */
  fork(name: number, back = 0): Branch {
    const shared = this.blocks.slice(0, this.blocks.length - back)
    const builder = new BlockBuilder(liveParams)
    for (const block of shared) builder.extend(block)
    const mature = Math.max(0, shared.length - liveParams.coinbaseMaturity)
    return new Branch(name, builder, shared, Math.min(this.spentFrom, mature))
  }

  /** The next block, which is not added. */
  build(options: BlockOptions = {}): Block {
    return this.builder.build({ extraNonce: this.name, ...options })
  }

  add(block: Block): Block {
    this.blocks.push(this.builder.extend(block))
    return block
  }

  mine(count = 1, options: BlockOptions = {}): this {
    for (let i = 0; i < count; i++) this.add(this.build(options))
    return this
  }

  /** The coinbase that is spent next. */
  nextCoin(): OwnedCoin {
    const coinbase = this.blocks[this.spentFrom++]?.transactions[0]
    if (!coinbase) throw new RangeError('no coin left')
    return ownedCoin(coinbase, 0, testKey(0))
  }

  /** Blocks with payments in them, where a coinbase is mature. */
  mineBusy(count = 1): this {
    for (let i = 0; i < count; i++) {
      const mature = this.blocks.length + 1 - liveParams.coinbaseMaturity > this.spentFrom
      const transactions = mature ? payments(this.nextCoin(), this.name * 10 + this.blocks.length) : []
      this.mine(1, { transactions, fees: transactions.length > 0 ? FEE * 2n : 0n })
    }
    return this
  }
}
