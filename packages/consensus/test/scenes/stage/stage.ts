import { expect } from '@jest/globals'
import {
  type Block,
  type BlockHash,
  DecodeError,
  type Outpoint,
  outpointKey,
  type Transaction,
} from '@raistone/primitives'
import {
  BlockBuilder,
  type BlockOptions,
  genesisParent,
  nextParent,
  type OwnedCoin,
  ownedCoin,
  type ParentBlock,
  type PayTo,
  testKey,
} from '@raistone/testkit'
import type { Chain } from '../../../src/chain/chain.js'
import type { Clock } from '../../../src/clock.js'
import type { ChainParams } from '../../../src/params/chain-params.js'
import { openMemoryStore } from '../../../src/store/memory.js'
import type { Cause } from '../../../src/verdict.js'
import { openWith, stateOf } from '../../support/live-chain.js'
import type { BaseChain, OpenCoin } from './base-chain.js'

/** A block on the tip, or on another block. */
export interface SceneBlock extends BlockOptions {
  readonly on?: Block
}

/** What the chain said to a block, for comparison. */
type Answer = { readonly state: string } | { readonly rule: string; readonly cause: Cause; readonly detail?: string }

/** A clock that scenes set, seconds since 1970. */
class SceneClock implements Clock {
  constructor(public nowSec: number) {}
  nowMs = (): number => this.nowSec * 1000
}

/**
 * Where a scene plays: the real chain engine over a store in memory with real script checks. Blocks are built here,
 * shown to the chain as bytes, and its answer is what the scene says it is; see `accept`, `store` and `refuse`.
 */
export class Stage {
  readonly clock: SceneClock
  private readonly known = new Map<BlockHash, Block>()
  private readonly parents = new Map<BlockHash, ParentBlock>()
  private readonly taken = new Map<string, number>()
  private built = 0

  private constructor(
    readonly params: ChainParams,
    readonly chain: Chain,
    clock: SceneClock,
    private readonly base: BaseChain,
  ) {
    this.clock = clock
    this.known.set(params.genesis.hash, params.genesis)
    this.parents.set(params.genesis.hash, genesisParent(params.genesis))
  }

  /** With the base's blocks connected. */
  static async open(params: ChainParams, base: BaseChain): Promise<Stage> {
    const clock = new SceneClock(params.genesis.header.time + 86_400)
    const stage = new Stage(params, await openWith(params, await openMemoryStore(), clock), clock, base)
    for (const block of base.blocks) {
      stage.remember(block)
      await stage.chain.submitBlock(block.raw)
    }
    stage.tipIs(base.blocks.at(-1) ?? params.genesis)
    return stage
  }

  /** The block at the end of the active chain. */
  get tip(): Block {
    return this.known.get(this.chain.tip.hash) as Block
  }

  /** Of the block that comes next on the tip. */
  get height(): number {
    return this.chain.tip.height + 1
  }

  /** BIP-0113: what a block on the tip must be later than. */
  get medianTimePast(): number {
    return this.chain.tip.medianTimePast
  }

  /** A block that is valid but for what the options say. Equal calls give different blocks. */
  block({ on = this.tip, ...options }: SceneBlock = {}): Block {
    this.remember(on)
    const builder = new BlockBuilder(this.params, this.parents.get(on.hash))
    return this.remember(builder.build({ extraNonce: ++this.built, ...options }))
  }

  /** So many blocks on top of each other. */
  branch(length: number, on: Block = this.tip): Block[] {
    const blocks = [on]
    for (let i = 0; i < length; i++) blocks.push(this.block({ on: blocks[i] as Block }))
    return blocks.slice(1)
  }

  /** Makes a block that was built elsewhere, or changed, one that others can be built on. */
  private remember(block: Block): Block {
    if (this.known.has(block.hash)) return block
    const parent = this.parents.get(block.header.prev)
    this.known.set(block.hash, block)
    if (parent) this.parents.set(block.hash, nextParent(parent, block))
    return block
  }

  private take<T>(name: string, coins: readonly T[]): T {
    const at = this.taken.get(name) ?? 0
    this.taken.set(name, at + 1)
    const coin = coins[at]
    if (!coin) throw new RangeError(`the base has no more coins of kind ${name}`)
    return coin
  }

  /** Another coin of test key 0, mature and unspent. */
  coin(kind: PayTo = 'p2wpkh'): OwnedCoin {
    return this.take(kind, this.base.owned[kind])
  }

  /** Another coin that anybody may spend. */
  openCoin(): OpenCoin {
    return this.take('open', this.base.open)
  }

  /** What the coinbase of the active block at this height paid to test key 0. */
  coinbaseCoin(height: number): OwnedCoin {
    const block = this.known.get(this.chain.entryAt(height)?.hash as BlockHash)
    return ownedCoin(block?.transactions[0] as Transaction, 0, testKey(0))
  }

  /** Each block makes the best chain, one after the other. */
  async accept(...blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) {
      expect(await this.submit(block)).toEqual({ state: 'connected' })
      this.tipIs(block)
    }
  }

  /** A block on the tip that is valid, and becomes it. */
  async mine(options: BlockOptions = {}): Promise<Block> {
    const block = this.block(options)
    await this.accept(block)
    return block
  }

  /** The block is what others were waiting for: with it this one becomes the tip. */
  async link(block: Block, tip: Block): Promise<void> {
    expect(await this.submit(block)).toEqual({ state: 'connected' })
    this.tipIs(tip)
  }

  /** Each block is kept, on a branch or waiting for another; the tip stays. */
  async store(...blocks: readonly Block[]): Promise<void> {
    const { tip } = this.chain
    for (const block of blocks) expect(await this.submit(block)).toEqual({ state: 'stored' })
    expect(this.chain.tip).toBe(tip)
  }

  /** The chain has the block already. */
  async knows(...blocks: readonly Block[]): Promise<void> {
    const { tip } = this.chain
    for (const block of blocks) expect(await this.submit(block)).toEqual({ state: 'duplicate' })
    expect(this.chain.tip).toBe(tip)
  }

  /**
   * The block is refused for this reason and the tip stays. When it comes again the answer is the same, unless the
   * failure is one of the block that the header commits to: only then it is remembered.
   */
  async refuse(block: Block, rule: string, cause: Cause = 'consensus'): Promise<void> {
    const { tip } = this.chain
    expect(await this.submit(block)).toMatchObject({ rule, cause })
    const remembered = this.chain.entry(block.hash)?.invalid ?? false
    if (!rule.endsWith('prevblk')) expect({ remembered }).toEqual({ remembered: cause === 'consensus' })
    expect(await this.submit(block)).toMatchObject({ rule: remembered ? 'duplicate-invalid' : rule })
    expect(this.chain.tip).toBe(tip)
  }

  /** These bytes are no block. */
  async refuseBytes(raw: Uint8Array): Promise<void> {
    const { tip } = this.chain
    await expect(this.chain.submitBlock(raw)).rejects.toThrow(DecodeError)
    expect(this.chain.tip).toBe(tip)
  }

  /** The headers enter the tree, the tip stays. */
  acceptHeaders(...blocks: readonly Block[]): void {
    const { tip } = this.chain
    expect(this.chain.submitHeaders(blocks.map(({ header }) => header)).reject).toBeUndefined()
    for (const { hash } of blocks) expect(this.chain.entry(hash)?.invalid).toBe(false)
    expect(this.chain.tip).toBe(tip)
  }

  /** The header alone is refused for this reason. */
  refuseHeader({ header }: Pick<Block, 'header'>, rule: string, cause: Cause): void {
    expect(this.chain.submitHeaders([header]).reject).toMatchObject({ rule, cause })
  }

  tipIs({ hash }: Block): void {
    expect(this.chain.tip.hash).toBe(hash)
  }

  /** Why the block, which was refused or is the ancestor of one, is known as failed. */
  failedFor({ hash }: Block, rule: string): void {
    const entry = this.chain.entry(hash)
    expect(entry && this.chain.whyInvalid(entry)).toMatchObject({ rule })
  }

  /** Whether the output is among the coins. */
  async hasCoin(outpoint: Outpoint): Promise<boolean> {
    const key = outpointKey(outpoint)
    return (await this.chain.coins([key])).get(key) !== undefined
  }

  /** On the tip a block is judged twice: as a template, which changes nothing, and for good. */
  private async submit(block: Block): Promise<Answer> {
    const isNext = block.header.prev === this.chain.tip.hash && !this.chain.entry(block.hash)
    const template = isNext ? await this.chain.checkTemplate(block) : undefined
    const { reject, ...rest } = await this.chain.submitBlock(block.raw)
    // Templates have no work yet.
    if (isNext && reject?.rule !== 'high-hash') expect(template?.rule).toBe(reject?.rule)
    if (reject) return reject
    return { state: (rest as { state: string }).state }
  }

  /** The coins are those that the active chain alone leads to, in a chain that saw nothing else. */
  async holdsTrue(): Promise<void> {
    const state = await stateOf(this.chain)
    const fresh = await openWith(this.params, await openMemoryStore(), this.clock)
    try {
      for (let height = 1; height <= state.height; height++) {
        const raw = await this.chain.blockBytes(this.chain.entryAt(height)?.hash as BlockHash)
        await fresh.submitBlock(raw as Uint8Array)
      }
      expect(await stateOf(fresh)).toEqual(state)
    } finally {
      await fresh.close()
    }
  }
}
