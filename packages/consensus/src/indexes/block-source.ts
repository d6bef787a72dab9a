import type { Block, BlockHash } from '@raistone/primitives'
import type { BlockEntry } from '../chain/block-entry.js'
import type { ChainEvents } from '../chain/events.js'
import type { Coin } from '../coin.js'
import type { Events } from '../emitter.js'
import type { ConnectedBlock } from './chain-index.js'

/** Raw bytes of the blocks that are kept: as many as the chain tells at once. */
const MOST_BYTES = 8_000_000

/** What blocks are read from. */
export interface ReadableChain {
  readonly events: Events<ChainEvents>
  block(hash: BlockHash): Promise<Block | undefined>
  spentCoins(hash: BlockHash): Promise<readonly (readonly Coin[])[] | undefined>
}

/** What of a block cannot be read. */
export type Missing = 'block' | 'undo data'

/** Gives the blocks of a chain: those told a moment ago, if they are not too many, need not be read again. */
export class BlockSource {
  private readonly told = new Map<BlockHash, ConnectedBlock>()
  private bytes = 0
  private readonly ties: readonly (() => void)[]

  /** `near` says whether blocks that are told now will be wanted soon. */
  constructor(
    private readonly chain: ReadableChain,
    private readonly needsSpent: boolean,
    near: () => boolean,
  ) {
    this.ties = [
      chain.events.on('connected', told => {
        if (near()) this.keep(told)
      }),
      chain.events.on('disconnected', ({ entry }) => this.forget(entry.hash)),
    ]
  }

  async take(entry: BlockEntry): Promise<ConnectedBlock | Missing> {
    const { hash } = entry
    const told = this.forget(hash)
    if (told) return told
    const block = await this.chain.block(hash)
    if (!block) return 'block'
    const spent = this.needsSpent ? await this.chain.spentCoins(hash) : []
    return spent ? { entry, block, spent } : 'undo data'
  }

  private keep(told: ConnectedBlock): void {
    const { raw, hash } = told.block
    if (this.bytes + raw.length > MOST_BYTES) return
    this.told.set(hash, told)
    this.bytes += raw.length
  }

  private forget(hash: BlockHash): ConnectedBlock | undefined {
    const found = this.told.get(hash)
    this.told.delete(hash)
    this.bytes -= found?.block.raw.length ?? 0
    return found
  }

  clear(): void {
    this.told.clear()
    this.bytes = 0
  }

  close(): void {
    for (const leave of this.ties) leave()
  }
}
