import type { Block } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { Clock } from '../../src/clock.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { createLocalVerifier } from '../../src/verify/local.js'
import { rulesWith } from './rule-scene.js'

/** Regtest, but that coinbases are mature soon. */
export const liveParams = rulesWith()

/** A day after the genesis block: no block that the builder makes is ahead of it. */
export const liveClock: Clock = { nowMs: () => (liveParams.genesis.header.time + 86_400) * 1000 }

/** Checks every signature, as fast as this machine can: the chains are opened again and again. */
export const liveVerifier = createLocalVerifier((await loadNativeCurve()) ?? (await loadWasmCurve()))

/** The real chain of any rules with real script checks, on this thread. */
export const openWith = (
  params: ChainParams,
  store: ChainStore,
  clock: Clock,
  options?: ChainOptions,
): Promise<Chain> => openChain({ params, store, verifier: liveVerifier, clock }, options)

/** The same under the usual rules of these tests. */
export const openLive = (store: ChainStore, options?: ChainOptions, clock = liveClock): Promise<Chain> =>
  openWith(liveParams, store, clock, options)

/** One that is gone with the test. */
export const openInMemory = async (options?: ChainOptions): Promise<Chain> => openLive(await openMemoryStore(), options)

/** Submits the blocks one after the other; the answer for each is its state or the rule it broke. */
export async function feed(chain: Chain, blocks: readonly Block[]): Promise<string[]> {
  const answers: string[] = []
  for (const { raw } of blocks) {
    const result = await chain.submitBlock(raw)
    answers.push(result.reject ? result.reject.rule : result.state)
  }
  return answers
}

/** What a chain tells, a word for each event, in order; `tip` names the height. */
export function listen(chain: Chain): string[] {
  const told: string[] = []
  chain.events.on('connected', ({ entry }) => told.push(`+${entry.hash}`))
  chain.events.on('disconnected', ({ entry }) => told.push(`-${entry.hash}`))
  chain.events.on('tip', ({ entry }) => told.push(`tip ${entry.hash}`))
  return told
}

/** The state that two replicas must agree on. */
export async function stateOf(chain: Chain) {
  const { height, bestBlock, txouts, totalAmount, muhash } = await chain.statistics()
  return { height, bestBlock, txouts, totalAmount, muhash }
}

/** The state that these blocks lead to, in a chain that has seen no others. */
export async function stateAfter(blocks: readonly Block[]) {
  const fresh = await openInMemory()
  try {
    await feed(fresh, blocks)
    return await stateOf(fresh)
  } finally {
    await fresh.close()
  }
}
