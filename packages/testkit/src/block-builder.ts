import type { Block } from '@raistone/primitives'
import { type BlockOptions, type BuildParams, buildBlock } from './build-block.js'
import { genesisParent, nextParent, type ParentBlock } from './parent.js'

/**
 * Builds a chain block by block. It keeps nothing but its tip, judges nothing, and reads no clock: the same calls give
 * the same blocks.
 */
export class BlockBuilder {
  private at: ParentBlock

  constructor(
    readonly params: BuildParams,
    from: ParentBlock = genesisParent(params.genesis),
  ) {
    this.at = from
  }

  /** What the next block is built on. */
  get tip(): ParentBlock {
    return this.at
  }

  /** Another builder on the same tip (or another one): the two then build rival branches. */
  fork(from: ParentBlock = this.at): BlockBuilder {
    return new BlockBuilder(this.params, from)
  }

  /** A block on the tip, which stays where it is. */
  build(options: BlockOptions = {}): Block {
    return buildBlock(this.params, this.at, options)
  }

  /** A block on the tip; it becomes the tip. */
  mine(options: BlockOptions = {}): Block {
    return this.extend(this.build(options))
  }

  /** `count` blocks that each become the tip. */
  mineMany(count: number, options: BlockOptions = {}): Block[] {
    return Array.from({ length: count }, () => this.mine(options))
  }

  /** Makes a block that was built on the tip the tip. */
  extend(block: Block): Block {
    this.at = nextParent(this.at, block)
    return block
  }
}
