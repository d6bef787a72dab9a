import { createHash } from 'node:crypto'
import { type Block, type BlockHash, decodeBlock, type OutpointKey, outpointKey } from '@raistone/primitives'
import { params } from './setting.js'

/** A coin as the model has it, with where it is kept in the set's hash: the transaction's id in internal order, index. */
export interface ModelCoin {
  readonly txid: string
  readonly vout: number
  readonly value: bigint
  readonly script: Uint8Array
  readonly height: number
  readonly coinbase: boolean
}

type Coins = ReadonlyMap<OutpointKey, ModelCoin>

/** What a replica must agree with. */
export interface ModelState {
  readonly height: number
  readonly bestBlock: BlockHash
  readonly txouts: number
  readonly totalAmount: bigint
  readonly hashSerialized: string
}

/** A script that can never be satisfied makes no coin: Core's IsUnspendable. */
const isUnspendable = (script: Uint8Array): boolean => script[0] === 0x6a || script.length > 10_000

function after(before: Coins, block: Block, height: number): Coins {
  const coins = new Map(before)
  block.transactions.forEach((tx, index) => {
    if (index > 0)
      for (const { prevout } of tx.inputs)
        if (!coins.delete(outpointKey(prevout))) throw new Error(`the story spends ${outpointKey(prevout)} twice`)
    tx.outputs.forEach(({ value, script }, vout) => {
      const { txid } = tx
      if (!isUnspendable(script))
        coins.set(outpointKey({ txid, vout }), { txid, vout, value, script, height, coinbase: index === 0 })
    })
  })
  return coins
}

const internal = (txid: string): Buffer => Buffer.from(txid, 'hex').reverse()

function serialised({ txid, vout, value, script, height, coinbase }: ModelCoin): Buffer {
  const numbers = Buffer.alloc(17)
  numbers.writeUInt32LE(vout, 0)
  numbers.writeUInt32LE(height * 2 + (coinbase ? 1 : 0), 4)
  numbers.writeBigUInt64LE(value, 8)
  numbers.writeUInt8(script.length, 16)
  return Buffer.concat([internal(txid), numbers, script])
}

/** Core's `hash_serialized_3`. */
function hashOf(coins: Coins): string {
  const sorted = [...coins.values()].sort((a, b) =>
    a.txid === b.txid ? a.vout - b.vout : Buffer.compare(internal(a.txid), internal(b.txid)),
  )
  const once = createHash('sha256')
  for (const coin of sorted) once.update(serialised(coin))
  return internal(createHash('sha256').update(once.digest()).digest('hex')).toString('hex')
}

/** The ledger as plainly as it can be said: blocks by hash, and the coins after each by replaying all before it. */
export class Model {
  private readonly blocks = new Map<BlockHash, { readonly block: Block; readonly height: number }>()
  private readonly coins = new Map<BlockHash, Coins>([[params.genesis.hash, new Map()]])
  private readonly spent = new Map<BlockHash, string[][]>()
  private readonly states = new Map<BlockHash, ModelState>()

  constructor(raws: readonly Uint8Array[] = []) {
    this.blocks.set(params.genesis.hash, { block: params.genesis, height: 0 })
    for (const raw of raws) this.add(decodeBlock(raw))
  }

  add(block: Block): void {
    this.blocks.set(block.hash, { block, height: this.heightOf(block.header.prev) + 1 })
  }

  hashes(): BlockHash[] {
    return [...this.blocks.keys()]
  }

  block(hash: BlockHash): Block {
    const known = this.blocks.get(hash)
    if (!known) throw new Error(`${hash} is no block of the story`)
    return known.block
  }

  heightOf(hash: BlockHash): number {
    return this.blocks.get(hash)?.height ?? Number.NaN
  }

  /** From the first block to this one. */
  wayTo(hash: BlockHash): Block[] {
    const way: Block[] = []
    for (let block = this.block(hash); block !== params.genesis; block = this.block(block.header.prev)) way.push(block)
    return way.reverse()
  }

  coinsAfter(hash: BlockHash): Coins {
    for (const block of this.wayTo(hash)) {
      if (this.coins.has(block.hash)) continue
      this.coins.set(block.hash, after(this.coinsAfter(block.header.prev), block, this.heightOf(block.hash)))
    }
    return this.coins.get(hash) as Coins
  }

  /** The coins that a block spent, per transaction, as text that can be compared. */
  spentBy(hash: BlockHash): string[][] {
    const known = this.spent.get(hash) ?? this.findSpent(hash)
    this.spent.set(hash, known)
    return known
  }

  private findSpent(hash: BlockHash): string[][] {
    const { header, transactions } = this.block(hash)
    if (hash === params.genesis.hash) return [[]]
    const before = new Map(this.coinsAfter(header.prev))
    const height = this.heightOf(hash)
    return transactions.map((tx, index) => {
      const spent = index === 0 ? [] : tx.inputs.map(({ prevout }) => before.get(outpointKey(prevout)) as ModelCoin)
      tx.outputs.forEach(({ value, script }, vout) => {
        const { txid } = tx
        before.set(outpointKey({ txid, vout }), { txid, vout, value, script, height, coinbase: index === 0 })
      })
      return spent.map(coinText)
    })
  }

  stateAfter(hash: BlockHash): ModelState {
    const known = this.states.get(hash)
    if (known) return known
    const coins = this.coinsAfter(hash)
    const state: ModelState = {
      height: this.heightOf(hash),
      bestBlock: hash,
      txouts: coins.size,
      totalAmount: [...coins.values()].reduce((sum, { value }) => sum + value, 0n),
      hashSerialized: hashOf(coins),
    }
    this.states.set(hash, state)
    return state
  }
}

/** A coin as text, wherever it comes from. */
export const coinText = (coin: Pick<ModelCoin, 'value' | 'script' | 'height' | 'coinbase'>): string =>
  `${coin.value} ${Buffer.from(coin.script).toString('hex')} ${coin.height} ${coin.coinbase}`
