import {
  CACHE_SECRET_BYTES,
  type Chain,
  type ChainParams,
  createLocalVerifier,
  openChain,
  openMemoryStore,
  ScriptCache,
} from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { type Block, nobleCurve, type Transaction, type TxOut } from '@raistone/primitives'
import {
  BlockBuilder,
  type BlockOptions,
  entryParent,
  type OwnedCoin,
  ownedCoin,
  type SpendOptions,
  spend,
  testKey,
} from '@raistone/testkit'
import { type Accepted, Mempool, type MempoolOptions } from '../../src/mempool.js'
import { Gate } from './gate.js'

export const key = testKey(0)
export const regtest = loadChain('regtest')

/** Coinbases mature soon, which saves a hundred blocks wherever maturity is not the subject. */
export const quick: ChainParams = { ...regtest, coinbaseMaturity: 2 }

export interface SceneOptions extends MempoolOptions {
  readonly params?: ChainParams
  /** Blocks to begin with; each pays the key. */
  readonly blocks?: number
}

/** A mempool over a real chain in memory, with real scripts and signatures and a clock that stands still. */
export class Scene {
  readonly clock: { ms: number; nowMs(): number }

  private constructor(
    readonly chain: Chain,
    readonly pool: Mempool,
    /** Holds script checks of the pool (not of the chain) back when it is told to. */
    readonly gate: Gate,
    clock: Scene['clock'],
  ) {
    this.clock = clock
  }

  static async open({ params = quick, blocks = 8, ...options }: SceneOptions = {}): Promise<Scene> {
    const ms = (params.genesis.header.time + 86_400) * 1000
    const clock = { ms, nowMs: () => clock.ms }
    const verifier = createLocalVerifier(nobleCurve)
    const scriptCache = new ScriptCache(new Uint8Array(CACHE_SECRET_BYTES))
    const chain = await openChain({ params, store: await openMemoryStore(), verifier, clock, scriptCache })
    const gate = new Gate(verifier)
    const pool = new Mempool({ chain, verifier: gate, scriptCache, clock }, options)
    pool.start()
    const scene = new Scene(chain, pool, gate, clock)
    for (const block of new BlockBuilder(params).mineMany(blocks)) await scene.submit(block)
    return scene
  }

  async close(): Promise<void> {
    await this.pool.stop()
    await this.chain.close()
  }

  /** Builds on the block at this height, or the tip. */
  builder(height = this.chain.tip.height): BlockBuilder {
    const entry = this.chain.entryAt(height)
    if (!entry) throw new RangeError(`no block ${height}`)
    return new BlockBuilder(this.chain.params, entryParent(entry))
  }

  /** Hands the block to the chain and waits until the pool has digested it; throws where it is refused. */
  async submit(block: Block): Promise<void> {
    const { reject } = await this.chain.submitBlock(block.raw)
    if (reject) throw new Error(`${reject.rule} ${reject.detail}`)
    await this.pool.settled()
  }

  /** A block on the tip. */
  async mine(options: BlockOptions = {}): Promise<Block> {
    const block = this.builder().mine(options)
    await this.submit(block)
    return block
  }

  /** The last `count` blocks are replaced by one more, the first of which has these transactions. */
  async reorganise(count: number, transactions: readonly Transaction[] = [], more = 1): Promise<void> {
    const rival = this.builder(this.chain.tip.height - count)
    await this.submit(rival.mine({ transactions, extraNonce: 7 }))
    for (const block of rival.mineMany(count - 1 + more, { extraNonce: 7 })) await this.submit(block)
  }

  /** The coin that the block at this height made. */
  async minted(height: number): Promise<OwnedCoin> {
    const entry = this.chain.entryAt(height)
    const block = entry && (await this.chain.block(entry.hash))
    if (!block) throw new RangeError(`no block ${height}`)
    return ownedCoin(block.transactions[0] as Transaction, 0, key)
  }

  accept(tx: Transaction): Promise<Accepted> {
    return this.pool.accept(tx)
  }

  /** Takes the transaction in; throws where it is refused. */
  async take(tx: Transaction): Promise<Transaction> {
    const { reject } = await this.pool.accept(tx)
    if (reject) throw new Error(`${reject.rule} ${reject.detail}`)
    return tx
  }

  get txids(): string[] {
    return [...this.pool.entries()].map(({ tx }) => tx.txid)
  }
}

export const total = (coins: readonly OwnedCoin[]): bigint => coins.reduce((sum, { output }) => sum + output.value, 0n)

export const toKey = (value: bigint): TxOut => ({ value, script: key.scripts.p2wpkh })

/** Spends the coins into `ways` equal outputs of the key, leaving the fee. */
export function pay(coins: readonly OwnedCoin[], fee = 1000n, ways = 1, options: SpendOptions = {}): Transaction {
  const each = (total(coins) - fee) / BigInt(ways)
  const rest = total(coins) - fee - each * BigInt(ways)
  return spend(
    coins,
    Array.from({ length: ways }, (_, i) => toKey(i === 0 ? each + rest : each)),
    options,
  )
}

/** The key's output of the transaction. */
export const outputOf = (tx: Transaction, vout = 0): OwnedCoin => ownedCoin(tx, vout, key)
