import type { BlockEntry, Chain, ChainParams, Clock } from '@raistone/consensus'

/** Blocks that tell how many transactions the next ones may have. */
const RECENT_BLOCKS = 1000

type GuessedChain = Pick<Chain, 'tip' | 'bestHeader' | 'entryAt' | 'events' | 'initialDownload'>

/**
 * How much of the chain is verified, by transactions (Core: GuessVerificationProgress): those of blocks that are not here
 * are guessed from the last ones, and so are blocks nobody has told us of, from the time.
 */
export class VerifiedShare {
  /** Up to the tip. */
  private transactions = 0

  constructor(
    private readonly chain: GuessedChain,
    private readonly params: Pick<ChainParams, 'mineOnDemand' | 'pow'>,
    private readonly clock: Clock,
  ) {
    for (let height = 0; height <= chain.tip.height; height++) this.transactions += this.countAt(height)
    chain.events.on('connected', ({ entry }) => {
      this.transactions += entry.txCount
    })
    chain.events.on('disconnected', ({ entry }) => {
      this.transactions -= entry.txCount
    })
  }

  private countAt(height: number): number {
    return (this.chain.entryAt(height) as BlockEntry).txCount
  }

  /** From 0 to 1. */
  get value(): number {
    const { tip, bestHeader, initialDownload } = this.chain
    if (!initialDownload && bestHeader.height <= tip.height) return 1
    const ahead = Math.max(0, bestHeader.height - tip.height) + this.unheardBlocks(bestHeader)
    return this.transactions / (this.transactions + ahead * this.recentMean(tip.height))
  }

  /** Blocks that were made since the best header, if others make them as they should. */
  private unheardBlocks({ header: { time } }: BlockEntry): number {
    const { mineOnDemand, pow } = this.params
    return mineOnDemand ? 0 : Math.max(0, (this.clock.nowMs() / 1000 - time) / pow.spacingSec)
  }

  private recentMean(top: number): number {
    const from = Math.max(0, top - RECENT_BLOCKS + 1)
    let count = 0
    for (let height = from; height <= top; height++) count += this.countAt(height)
    return count / (top - from + 1)
  }
}
