import type { Chain } from '@raistone/consensus'
import type { Progress, StartProgress } from './progress.js'

/** Blocks behind the best header from which on it is worth while to show how it goes. */
const FAR_BEHIND = 16

/**
 * Shows how the chain catches up with the best header, whenever it is far behind. Returns what ends it. `share` is how much
 * of the chain is verified.
 */
export function showSync(
  chain: Pick<Chain, 'bestHeader' | 'events'>,
  share: () => number,
  start: StartProgress,
): () => void {
  let progress: Progress | undefined
  let blocks = 0
  let transactions = 0
  const end = (): void => {
    progress?.end()
    progress = undefined
  }
  chain.events.on('connected', ({ entry: { height }, block }) => {
    if (!progress) {
      if (chain.bestHeader.height - height < FAR_BEHIND) return
      progress = start('sync')
      blocks = 0
      transactions = 0
    }
    blocks++
    transactions += block.transactions.length
    progress.report(() => ({ height, blocks, transactions, share: share() }))
  })
  chain.events.on('tip', ({ entry }) => {
    if (entry.height >= chain.bestHeader.height) end()
  })
  return end
}
