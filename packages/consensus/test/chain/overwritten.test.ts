import { expect, test } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { openChain } from '../../src/chain/open.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { twin, twins } from '../rules/walk/coins.js'
import { feed, liveClock, liveVerifier, stateOf } from '../support/live-chain.js'

/** Two coinbases of which one can be made again, the block that does so, and a longer branch that does not. */
function story(): { params: ChainParams; shared: readonly Block[]; repeats: Block; rivals: readonly Block[] } {
  const at = twins()
  const shared = at.mined
  const repeats = at.build(twin(2))
  const rivals = [at.mine(), at.mine()]
  return { params: { ...at.params, bip30Exceptions: new Set([repeats.hash]) }, shared, repeats, rivals }
}

const open = async (params: ChainParams) =>
  openChain({ params, store: await openMemoryStore(), verifier: liveVerifier, clock: liveClock })

test.each([false, true])(
  'a coin that BIP-0030 let vanish comes back with a reorganisation, on disk: %p',
  async flushed => {
    const { params, shared, repeats, rivals } = story()
    const chain = await open(params)
    await feed(chain, shared)
    if (flushed) await chain.flush()
    const before = await stateOf(chain)
    expect(await feed(chain, [repeats])).toEqual(['connected'])
    if (flushed) await chain.flush()
    const { txouts, totalAmount, muhash } = await stateOf(chain)
    // One subsidy took the place of another, as the coins on Bitcoin's mainnet are fewer than its subsidies.
    expect([txouts, totalAmount]).toEqual([before.txouts, before.totalAmount])
    expect(muhash).not.toBe(before.muhash)
    expect(await feed(chain, rivals)).toEqual(['stored', 'connected'])
    const other = await open(params)
    await feed(other, [...shared, ...rivals])
    expect(await stateOf(chain)).toEqual(await stateOf(other))
    expect(await chain.spentCoins(repeats.hash)).toEqual([[]])
    await Promise.all([chain.close(), other.close()])
  },
)
