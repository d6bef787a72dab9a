import { nowSec } from '@raistone/consensus'
import { type Block, type BlockHash, createBlock } from '@raistone/primitives'
import type { TemplateDeps } from './deps.js'
import type { NonceSearch } from './search/nonce-search.js'
import { createTemplate, timeAllows } from './template.js'

export interface MineOptions {
  /** Nonces to try, over all blocks. */
  readonly maxTries?: number
  readonly signal?: AbortSignal
}

export interface MineDeps extends TemplateDeps {
  readonly search: NonceSearch
}

/** Core's default. */
const MOST_TRIES = 1_000_000

/** A solved block on the tip, if the tries last; the extra nonce makes another block when no nonce solves one. */
async function solveNext(
  deps: MineDeps,
  payTo: Uint8Array,
  triesLeft: () => number,
  signal: AbortSignal | undefined,
): Promise<Block | undefined> {
  for (let extraNonce = 0; triesLeft() > 0 && !signal?.aborted; extraNonce++) {
    if (!timeAllows(deps.chain, nowSec(deps.clock))) return undefined
    const { block, target } = await createTemplate(deps, payTo, { extraNonce })
    const before = triesLeft()
    const solved = await deps.search.search(block.header, target, { signal, mostTries: triesLeft() })
    if (solved) return createBlock(solved, block.transactions)
    // The search does not try any more: it is closed.
    if (triesLeft() === before) return undefined
  }
  return undefined
}

/**
 * Mines so many blocks one after the other, each paying the script and each connected: a block that a rival's was
 * faster than does not count. Fewer when the tries are used up, or the chain's time may not run further ahead of the
 * clock. Throws if a block made here is refused, which is a bug.
 */
export async function mineBlocks(
  deps: MineDeps,
  count: number,
  payTo: Uint8Array,
  { maxTries = MOST_TRIES, signal }: MineOptions = {},
): Promise<BlockHash[]> {
  const { chain, mempool, search } = deps
  const hashes: BlockHash[] = []
  const limit = search.hashes + maxTries
  while (hashes.length < count) {
    const mined = await solveNext(deps, payTo, () => limit - search.hashes, signal)
    if (!mined) break
    const result = await chain.submitBlock(mined)
    // The clock was set back meanwhile.
    if (result.reject?.cause === 'early') break
    if (result.reject)
      throw new Error(`a block mined here was refused: ${result.reject.rule} ${result.reject.detail ?? ''}`)
    if (result.state === 'connected') hashes.push(mined.hash)
    await mempool.settled()
  }
  return hashes
}
