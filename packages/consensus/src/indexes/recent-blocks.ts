import type { BlockHash } from '@raistone/primitives'
import type { ConnectedBlock } from './chain-index.js'

/** Raw bytes of the blocks that are kept: as many as the chain tells at once. */
const MOST_BYTES = 8_000_000

/** Blocks that were told and are still to be taken in, so that most need not be read again; those too many are. */
export class RecentBlocks {
  private readonly blocks = new Map<BlockHash, ConnectedBlock>()
  private bytes = 0

  add(block: ConnectedBlock): void {
    const { raw, hash } = block.block
    if (this.bytes + raw.length > MOST_BYTES) return
    this.blocks.set(hash, block)
    this.bytes += raw.length
  }

  /** The block, which is forgotten. */
  take(hash: BlockHash): ConnectedBlock | undefined {
    const found = this.blocks.get(hash)
    if (!found) return undefined
    this.blocks.delete(hash)
    this.bytes -= found.block.raw.length
    return found
  }

  clear(): void {
    this.blocks.clear()
    this.bytes = 0
  }
}
