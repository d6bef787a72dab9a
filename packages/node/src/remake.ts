import { rm } from 'node:fs/promises'
import type { ChainStore } from '@raistone/consensus'
import { failure } from './cli/cli-error.js'
import type { Remake } from './config/node-config.js'
import type { DataDirectory } from './data-directory.js'

/**
 * Marks in an open store what `openChain` is to make again: from then on it happens whether or not it is asked for once
 * more. Indexes go before the mark is set: they would be about a chain that nobody knows yet. Throws a CliError.
 */
export async function requestRemake(what: Remake, store: ChainStore, directory: DataDirectory): Promise<void> {
  if (what === 'everything') {
    await rm(directory.indexes, { recursive: true, force: true })
    return store.requestReindex()
  }
  if ((await store.blocks.prunedTo()) > 0)
    throw failure(
      'old blocks were removed: coins cannot be made again without them. Use --reindex, which downloads them again.',
    )
  return store.requestRebuild()
}
