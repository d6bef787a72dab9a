import { nowSec } from '@raistone/consensus'
import { type BlockHash, createBlock } from '@raistone/primitives'
import type { TemplateDeps } from './deps.js'
import type { NonceSearch } from './search/nonce-search.js'
import { createTemplate, timeAllows } from './template.js'

export interface MineOptions {
  /** Nonces to try, over all blocks. */
  readonly maxTries?: number
  readonly signal?: AbortSignal
}

/** Core's default. */
const MOST_TRIES = 1_000_000

/**
 * Mines so many blocks one after the other, each paying the script; fewer when the tries are used up or the chain's
 * time may not run further ahead of the clock. Throws if a block made here is refused, which is a bug.
 */
export async function mineBlocks(
  deps: TemplateDeps & { readonly search: NonceSearch },
  count: number,
  payTo: Uint8Array,
  { maxTries = MOST_TRIES, signal }: MineOptions = {},
): Promise<BlockHash[]> {
  const { chain, mempool, clock, search } = deps
  const hashes: BlockHash[] = []
  const limit = search.hashes + maxTries
  while (hashes.length < count && !signal?.aborted) {
    if (!timeAllows(chain, nowSec(clock))) break
    const { block, target } = await createTemplate(deps, payTo)
    const solved = await search.search(block.header, target, { signal, mostTries: limit - search.hashes })
    if (!solved) break
    const mined = createBlock(solved, block.transactions)
    const result = await chain.submitBlock(mined.raw)
    if (result.reject)
      throw new Error(`a block mined here was refused: ${result.reject.rule} ${result.reject.detail ?? ''}`)
    hashes.push(mined.hash)
    await mempool.settled()
  }
  return hashes
}
