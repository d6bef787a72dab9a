import { type Block, nobleCurve, type Outpoint, type OutpointKey, type TxOut } from '@raistone/primitives'
import { BlockBuilder, type BlockOptions } from '@raistone/testkit'
import type { Coin } from '../../src/coin.js'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { nextBits } from '../../src/pow/retarget.js'
import { checkBlockAlone, checkBlockSolution } from '../../src/rules/block/alone.js'
import { checkBlockWithAncestors } from '../../src/rules/block/with-ancestors.js'
import { type Connected, connectBlock } from '../../src/rules/block/with-coins.js'
import { checkHeaderAlone } from '../../src/rules/header/alone.js'
import { checkHeaderWithAncestors } from '../../src/rules/header/with-ancestors.js'
import type { Outcome, Verdict } from '../../src/verdict.js'
import { anyScript } from './bodies.js'
import { type FreeEntry, freeEntry } from './free-entry.js'

const regtest = loadChain('regtest')

/** Regtest with other rules, and coinbases that are mature soon. */
export const rulesWith = (change: Partial<ChainParams> = {}): ChainParams => ({
  ...regtest,
  coinbaseMaturity: 3,
  ...change,
})

/** Regtest's soft forks, these at other heights. */
export const forksAt = (heights: Partial<ChainParams['forks']>): Pick<ChainParams, 'forks'> => ({
  forks: { ...regtest.forks, ...heights },
})

/** A chain whose blocks are judged by the rules alone, in the order the chain engine asks them; scripts are not run. */
export class RuleScene {
  readonly params: ChainParams
  readonly builder: BlockBuilder
  readonly coins = new Map<OutpointKey, Coin>()
  private readonly blocks: Block[]
  private tip: FreeEntry

  constructor(params: ChainParams = rulesWith(), length = 4) {
    this.params = params
    this.builder = new BlockBuilder(params)
    const { hash, header } = params.genesis
    this.blocks = [params.genesis]
    this.tip = freeEntry(hash, header, undefined)
    for (let i = 0; i < length; i++) this.mine()
  }

  /** Of the block that comes next. */
  get height(): number {
    return this.tip.height + 1
  }

  get medianTimePast(): number {
    return this.tip.medianTimePast
  }

  /** What a block's coinbase paid first. */
  coin(height: number): { readonly outpoint: Outpoint; readonly output: TxOut } {
    const coinbase = this.blocks[height]?.transactions[0]
    const output = coinbase?.outputs[0]
    if (!coinbase || !output) throw new RangeError(`no coin of block ${height}`)
    return { outpoint: { txid: coinbase.txid, vout: 0 }, output }
  }

  /** The blocks so far, genesis left out. */
  get mined(): readonly Block[] {
    return this.blocks.slice(1)
  }

  /** A block on the tip, to be judged: of the bits that the schedule has for its time, its coin anybody's. */
  build(options: BlockOptions = {}): Block {
    const time = options.header?.time ?? Math.max(this.tip.header.time, this.medianTimePast) + 1
    const header = { bits: nextBits(this.tip, time, this.params), ...options.header }
    return this.builder.build({ payTo: anyScript, ...options, header })
  }

  connect(block: Block, params = this.params): Outcome<Connected> {
    return connectBlock(block, this.coins, {
      height: this.height,
      hash: block.hash,
      medianTimePast: this.medianTimePast,
      medianTimePastAt: height => this.medianTimeAt(height),
      params,
    })
  }

  /** Of an ancestor of the block that comes next. */
  medianTimeAt(height: number): number {
    let at: FreeEntry | undefined = this.tip
    while (at && at.height > height) at = at.parent
    if (at?.height !== height) throw new RangeError(`no ancestor at ${height}`)
    return at.medianTimePast
  }

  /** By a clock that shows the block's own time unless another one is given. */
  judge(block: Block, nowSec = block.header.time): Verdict {
    const { params, tip, height, medianTimePast } = this
    const expectedBits = nextBits(tip, block.header.time, params)
    return (
      checkHeaderAlone(block.header, block.hash, params) ??
      checkHeaderWithAncestors(block.header, { parent: tip, medianTimePast, expectedBits, nowSec }, params) ??
      checkBlockSolution(block, params, nobleCurve) ??
      checkBlockAlone(block, params) ??
      checkBlockWithAncestors(block, { height, medianTimePast }, params) ??
      this.connect(block).reject
    )
  }

  /** Judges a block and makes it the tip; throws where a rule is against it. */
  mine(options: BlockOptions = {}): Block {
    return this.extend(this.build(options))
  }

  extend(block: Block): Block {
    const reject = this.judge(block)
    const outcome = reject ? { reject } : this.connect(block)
    if (outcome.reject) throw new Error(`${outcome.reject.rule}: ${outcome.reject.detail}`)
    const { added, spent } = outcome.value.diff
    for (const key of spent.keys()) this.coins.delete(key)
    for (const [key, coin] of added) this.coins.set(key, coin)
    const { header, hash } = block
    this.tip = freeEntry(hash, header, this.tip)
    this.blocks.push(block)
    return this.builder.extend(block)
  }
}
