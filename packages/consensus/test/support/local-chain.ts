import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { createLocalVerifier } from '../../src/verify/local.js'

/** The fastest curve that this machine has. */
export const fastCurve = (await loadNativeCurve()) ?? (await loadWasmCurve())

/** The real chain of these parameters, in memory; its clock stands still. */
export const openLocal = async (params: ChainParams, nowSec: number): Promise<Chain> =>
  openChain({
    params,
    store: await openMemoryStore(),
    verifier: createLocalVerifier(fastCurve),
    clock: { nowMs: () => nowSec * 1000 },
  })
