import { type BlockHash, createTransaction, emptyBytes, SEQUENCE_FINAL, type Transaction } from '@raistone/primitives'
import { BlockBuilder, type ParentBlock, seededRandom } from '@raistone/testkit'
import { Model, type ModelCoin } from './model.js'
import { params } from './setting.js'

/** Blocks in the order in which they come, reorganisations among them, and what must be made of them. */
export interface Story {
  readonly blocks: readonly Uint8Array[]
  readonly model: Model
  /** The best block after each of them, the genesis block before all: as many and one. */
  readonly tips: readonly BlockHash[]
  readonly reorganisations: number
}

/** A script that anybody satisfies, longer or shorter: a push of nothing that matters, taken away, then true. */
const openScript = (length: number, fill: number): Uint8Array =>
  length === 0 ? Uint8Array.of(0x51) : Uint8Array.of(length, ...new Uint8Array(length).fill(fill), 0x75, 0x51)

/** Coins above this number are gathered rather than split. */
const MANY_COINS = 150
const DEEPEST = 8

class Writer {
  readonly blocks: Uint8Array[] = []
  readonly model = new Model()
  readonly tips: BlockHash[] = [params.genesis.hash]
  reorganisations = 0
  private readonly builder = new BlockBuilder(params)
  private readonly parents = new Map<BlockHash, ParentBlock>([[params.genesis.hash, this.builder.tip]])
  private extraNonce = 0

  constructor(private readonly random: () => number) {}

  get tip(): BlockHash {
    return this.tips.at(-1) as BlockHash
  }

  pick(most: number): number {
    return Math.floor(this.random() * most)
  }

  private outputs(value: bigint, count: number): { value: bigint; script: Uint8Array }[] {
    const share = value / BigInt(count)
    return Array.from({ length: count }, (_, i) => ({
      value: i === 0 ? value - share * BigInt(count - 1) : share,
      script: openScript(this.pick(40), this.pick(256)),
    }))
  }

  /** Spends some of the coins, which are then no longer among them. */
  private payment(coins: ModelCoin[]): Transaction {
    const many = coins.length > MANY_COINS
    const count = many ? 5 : 1 + this.pick(2)
    const spent = Array.from({ length: count }, () => coins.splice(this.pick(coins.length), 1)[0] as ModelCoin)
    const total = spent.reduce((sum, { value }) => sum + value, 0n)
    const tx = createTransaction({
      version: 2,
      inputs: spent.map(({ txid, vout }) => ({
        prevout: { txid: txid as Transaction['txid'], vout },
        scriptSig: emptyBytes,
        sequence: SEQUENCE_FINAL,
        witness: [],
      })),
      outputs: this.outputs(total, many ? 1 : 1 + this.pick(4)),
      lockTime: 0,
    })
    // Some of what it makes is spent in the same block.
    const vout = this.pick(tx.outputs.length)
    const { value, script } = tx.outputs[vout] as (typeof tx.outputs)[number]
    if (this.pick(2) === 0) coins.push({ txid: tx.txid, vout, value, script, height: 0, coinbase: false })
    return tx
  }

  /** The next block on this one. */
  private extend(parent: BlockHash): BlockHash {
    const height = this.model.heightOf(parent) + 1
    const coins = [...this.model.coinsAfter(parent).values()].filter(
      coin => !coin.coinbase || height - coin.height >= params.coinbaseMaturity,
    )
    const transactions: Transaction[] = []
    for (let left = this.pick(4); left > 0 && coins.length > 6; left--) transactions.push(this.payment(coins))
    const builder = this.builder.fork(this.parents.get(parent))
    const payTo = openScript(this.pick(40), this.pick(256))
    const block = builder.mine({ transactions, payTo, extraNonce: this.extraNonce++ })
    this.parents.set(block.hash, builder.tip)
    this.model.add(block)
    this.blocks.push(block.raw)
    const better = height > this.model.heightOf(this.tip)
    if (better && parent !== this.tip) this.reorganisations++
    this.tips.push(better ? block.hash : this.tip)
    return block.hash
  }

  grow(): void {
    const depth = this.pick(4) === 0 ? 1 + this.pick(DEEPEST) : 0
    if (depth === 0 || this.model.heightOf(this.tip) <= depth) {
      this.extend(this.tip)
      return
    }
    // A rival branch: it gets as far as our tip, or one block farther.
    let at = this.tip
    for (let back = 0; back < depth; back++) at = this.model.block(at).header.prev
    for (let left = depth + (this.pick(4) === 0 ? 0 : 1); left > 0; left--) at = this.extend(at)
  }
}

/** So many blocks, or a few more: the same for the same seed. */
export function tellStory(seed: number, length: number): Story {
  const writer = new Writer(seededRandom(seed))
  while (writer.blocks.length < length) writer.grow()
  return writer
}
