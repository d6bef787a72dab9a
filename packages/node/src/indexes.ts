import {
  type Chain,
  type ChainIndex,
  FilterIndex,
  IndexBuilder,
  type IndexKind,
  type IndexProgress,
  StoreError,
  TransactionIndex,
} from '@raistone/consensus'
import { openLevelIndex } from '@raistone/consensus/level'
import type { Log } from '@raistone/network'

/** Which indexes a node keeps. */
export interface IndexChoice {
  readonly transactions: boolean
  readonly filters: boolean
  /** Somebody asked for the filters, rather than that they are the chain's default. */
  readonly filtersAsked: boolean
}

/** The indexes of a node, open and following its chain. */
export interface NodeIndexes {
  readonly transactions: IndexBuilder<TransactionIndex> | undefined
  readonly filters: IndexBuilder<FilterIndex> | undefined
  /** Resolves with the reason when one of them can do no more; never otherwise. */
  readonly failed: Promise<Error>
  close(): Promise<void>
}

/** Blocks that an index may be behind without anybody being told. */
const QUIET_BLOCKS = 300
const EVERY_MS = 10_000

/** Lines now and then about an index that is far behind. */
function reportProgress(log: Log): (progress: IndexProgress) => void {
  let shownMs = performance.now()
  let shownHeight: number | undefined
  return ({ name, height, target }) => {
    shownHeight ??= height
    const nowMs = performance.now()
    if (target - height < QUIET_BLOCKS || nowMs - shownMs < EVERY_MS) return
    const blocksPerSec = Math.round(((height - shownHeight) * 1000) / (nowMs - shownMs))
    log.info('indexing', { index: name, height, target, blocksPerSec, percent: Math.floor((height * 100) / target) })
    shownMs = nowMs
    shownHeight = height
  }
}

/** Filters that nobody asked for are left out where the blocks that they need were removed. */
function leaveOut(error: unknown, { filtersAsked }: IndexChoice, log: Log): undefined {
  if (filtersAsked || !(error instanceof StoreError) || error.code !== 'pruned') throw error
  log.info('no block filters: blocks that they need were removed')
}

/** Opens the indexes that were chosen, in `<folder>/indexes`. Throws a StoreError. */
export async function openIndexes(folder: string, chain: Chain, choice: IndexChoice, log: Log): Promise<NodeIndexes> {
  const builders: IndexBuilder<ChainIndex>[] = []
  const open = async <I extends ChainIndex>(kind: IndexKind<I>): Promise<IndexBuilder<I>> => {
    const builder = await IndexBuilder.open(chain, kind, await openLevelIndex(folder, kind.layout.folder), {
      progress: reportProgress(log),
      notice: text => log.info(text),
    })
    builders.push(builder)
    return builder
  }
  const close = async (): Promise<void> => {
    for (const builder of builders) await builder.close()
  }
  try {
    const transactions = choice.transactions ? await open(TransactionIndex) : undefined
    const filters = choice.filters ? await open(FilterIndex).catch(error => leaveOut(error, choice, log)) : undefined
    return { transactions, filters, failed: Promise.race(builders.map(({ failed }) => failed)), close }
  } catch (error) {
    await close()
    throw error
  }
}
