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
import type { Progress, StartProgress } from './progress/progress.js'

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

/** Shows an index from when it is far behind until it is not. */
function reportProgress(start: StartProgress): (progress: IndexProgress) => void {
  let shown: { readonly progress: Progress; readonly from: number } | undefined
  return ({ name, height, target }) => {
    if (!shown && target - height >= QUIET_BLOCKS) shown = { progress: start(`index ${name}`), from: height }
    const from = shown?.from ?? height
    shown?.progress.report(() => ({ height, blocks: height - from, share: target > 0 ? height / target : 1 }))
    if (height < target) return
    shown?.progress.end()
    shown = undefined
  }
}

/** Filters that nobody asked for are left out where the blocks that they need were removed. */
function leaveOut(error: unknown, { filtersAsked }: IndexChoice, log: Log): undefined {
  if (filtersAsked || !(error instanceof StoreError) || error.code !== 'pruned') throw error
  log.info('no block filters: blocks that they need were removed')
}

/** Opens the indexes that were chosen, in `<folder>/indexes`. Throws a StoreError. */
export async function openIndexes(
  folder: string,
  chain: Chain,
  choice: IndexChoice,
  log: Log,
  start: StartProgress,
): Promise<NodeIndexes> {
  const builders: IndexBuilder<ChainIndex>[] = []
  const open = async <I extends ChainIndex>(kind: IndexKind<I>): Promise<IndexBuilder<I>> => {
    const builder = await IndexBuilder.open(chain, kind, await openLevelIndex(folder, kind.layout.folder), {
      progress: reportProgress(start),
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
