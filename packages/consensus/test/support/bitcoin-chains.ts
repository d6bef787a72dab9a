import { fileURLToPath } from 'node:url'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams } from '../../src/params/chain-params.js'

/** Bitcoin's chains, whose parameters lie in the checkout for tests. */
export const bitcoinChains = ['mainnet', 'testnet3', 'testnet4', 'signet'] as const
export type BitcoinChain = (typeof bitcoinChains)[number]

const folder = new URL('../../../../../test/chains/', import.meta.url)

/** One of Bitcoin's chains by name. */
export const bitcoinChain = (name: BitcoinChain): ChainParams =>
  loadChain(fileURLToPath(new URL(`${name}.json`, folder)))
