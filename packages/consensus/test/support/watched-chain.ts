import type { Block, BlockHash, Height } from '@raistone/primitives'
import type { BlockEntry } from '../../src/chain/block-entry.js'
import type { ChainEvents } from '../../src/chain/events.js'
import type { Coin } from '../../src/coin.js'
import { Emitter } from '../../src/emitter.js'
import type { IndexedChain } from '../../src/indexes/index-builder.js'
import { liveParams } from './live-chain.js'

/** A chain as an index sees it, of blocks that spend nothing; every block that is read can be told of, or kept back. */
export class WatchedChain implements IndexedChain {
  readonly events = new Emitter<ChainEvents>()
  readonly prunedTo = 0
  /** Hashes of blocks that cannot be read, and of those whose undo data cannot. */
  readonly lost = new Set<BlockHash>()
  readonly undone = new Set<BlockHash>()
  rebuilds = 0
  /** Called before a block is read. */
  reading: (hash: BlockHash) => void = () => undefined
  private readonly blocks = new Map<BlockHash, Block>()
  private readonly entries = new Map<BlockHash, BlockEntry>()
  private path: BlockEntry[] = []

  constructor(blocks: readonly Block[]) {
    this.follow(blocks)
  }

  /** Makes these the active chain, the genesis block before them, and tells the tip. */
  follow(blocks: readonly Block[]): void {
    this.path = []
    for (const block of [liveParams.genesis, ...blocks]) {
      const known = this.entries.get(block.hash)
      const parent = this.path.at(-1)
      const entry = known ?? ({ hash: block.hash, height: this.path.length, parent, data: true } as BlockEntry)
      this.entries.set(block.hash, entry)
      this.blocks.set(block.hash, block)
      this.path.push(entry)
    }
    this.events.emit('tip', { entry: this.tip, initialDownload: false })
  }

  get tip(): BlockEntry {
    return this.path.at(-1) as BlockEntry
  }

  entry(hash: BlockHash): BlockEntry | undefined {
    return this.entries.get(hash)
  }

  entryAt(height: Height): BlockEntry | undefined {
    return this.path[height]
  }

  isActive(entry: BlockEntry): boolean {
    return this.path[entry.height] === entry
  }

  isAssumed(): boolean {
    return false
  }

  async block(hash: BlockHash): Promise<Block | undefined> {
    this.reading(hash)
    return this.lost.has(hash) ? undefined : this.blocks.get(hash)
  }

  async blockBytes(hash: BlockHash): Promise<Uint8Array | undefined> {
    return (await this.block(hash))?.raw
  }

  async spentCoins(hash: BlockHash): Promise<readonly (readonly Coin[])[] | undefined> {
    return this.undone.has(hash) ? undefined : [[]]
  }

  keepBlocksAbove(): () => void {
    return () => undefined
  }

  requestRebuild(): Promise<void> {
    this.rebuilds++
    return Promise.resolve()
  }
}
