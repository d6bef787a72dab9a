import { afterEach, expect, test } from '@jest/globals'
import { type Block, decodeBlock, fromHex } from '@raistone/primitives'
import { readVectors, readVectorText } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import type { Chain } from '../src/chain/chain.js'
import { loadChain } from '../src/params/builtin.node.js'
import type { ChainParams } from '../src/params/chain-params.js'
import { bitcoinChain } from './support/bitcoin-chains.js'
import { feed, listen } from './support/live-chain.js'
import { openLocal } from './support/local-chain.js'

const mainnet = bitcoinChain('mainnet')
const regtest = loadChain('regtest')

const decode = (hex: string): Block => decodeBlock(fromHex(hex))
const readChain = (path: string): Block[] =>
  readVectorText(path)
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => decode(line.trim()))

const open: Chain[] = []

/** A chain whose clock shows the time of the latest of the blocks that it will see. */
async function openFor(params: ChainParams, blocks: readonly Block[]): Promise<Chain> {
  const chain = await openLocal(params, Math.max(...blocks.map(({ header }) => header.time)))
  open.push(chain)
  return chain
}

afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close()
})

const last = (blocks: readonly Block[]): Block => blocks.at(-1) as Block

vectorSuite('blocks/mainnet_chain_0_255.txt', cases => {
  const blocks = readChain('blocks/mainnet_chain_0_255.txt')
  const [genesis, ...others] = blocks as [Block, ...Block[]]

  test('connects block after block, every signature checked', async () => {
    expect(genesis.raw).toEqual(mainnet.genesis.raw)
    const chain = await openFor(mainnet, blocks)
    expect(await feed(chain, [genesis])).toEqual(['duplicate'])
    const answers = await feed(chain, others)
    expect(answers.filter(answer => answer !== 'connected')).toEqual([])
    expect(chain.tip).toMatchObject({ hash: last(blocks).hash, height: others.length })
    const spends = others.flatMap(({ transactions }) => transactions.slice(1).flatMap(({ inputs }) => inputs))
    expect(chain.signaturesChecked).toBe(spends.length)
    cases.ran(blocks.length)
  })
})

vectorSuite('blocks/regtest_chain_1_206.txt', cases => {
  const blocks = readChain('blocks/regtest_chain_1_206.txt')

  test('connects block after block on the genesis block', async () => {
    const chain = await openFor(regtest, blocks)
    const answers = await feed(chain, blocks)
    expect(answers.filter(answer => answer !== 'connected')).toEqual([])
    expect(chain.tip).toMatchObject({ hash: last(blocks).hash, height: blocks.length })
    if (blocks.some(({ transactions }) => transactions.length > 1)) expect(chain.signaturesChecked).toBeGreaterThan(0)
    cases.ran(blocks.length)
  })
})

interface Reorganisations {
  readonly btcd_main: readonly string[]
  readonly btcd_fork: readonly string[]
  readonly regtest_branches: readonly (readonly string[])[]
}

vectorSuite('blocks/reorg.json', cases => {
  const vectors = readVectors<Reorganisations>('blocks/reorg.json')

  /** Made for a test that let a coinbase be spent by the next block. */
  const made: ChainParams = { ...mainnet, coinbaseMaturity: 1 }

  test('a branch of equal work comes second, and of more work first', async () => {
    const [main, fork] = [vectors.btcd_main.map(decode), vectors.btcd_fork.map(decode)]
    const chain = await openFor(made, [...main, ...fork])
    expect(await feed(chain, main)).toEqual(main.map((_, i) => (i === 0 ? 'duplicate' : 'connected')))
    const told = listen(chain)

    // 3A is behind, 4A ties: the first seen stays.
    expect(await feed(chain, fork.slice(0, -1))).toEqual(fork.slice(1).map(() => 'stored'))
    expect(chain.tip.hash).toBe(last(main).hash)
    expect(told).toEqual([])

    // 5A makes the branch the longer one.
    expect(await feed(chain, fork.slice(-1))).toEqual(['connected'])
    expect(chain.tip.hash).toBe(last(fork).hash)
    const forkAt = main.findIndex(({ hash }) => hash === fork[0]?.header.prev)
    const left = main.slice(forkAt + 1).reverse()
    expect(told).toEqual([
      ...left.map(({ hash }) => `-${hash}`),
      ...fork.map(({ hash }) => `+${hash}`),
      `tip ${last(fork).hash}`,
    ])
    cases.ran(main.length + fork.length)
  })

  test('of regtest branches the longest wins, wherever it leaves the others', async () => {
    const branches = vectors.regtest_branches.map(branch => branch.map(decode))
    const chain = await openFor(regtest, branches.flat())
    const heights = new Map([[regtest.genesis.hash, 0]])
    let best = { hash: regtest.genesis.hash, height: 0 }
    for (const block of branches.flat()) {
      const height = (heights.get(block.header.prev) ?? Number.NaN) + 1
      heights.set(block.hash, height)
      const wins = height > best.height
      if (wins) best = { hash: block.hash, height }
      expect(await feed(chain, [block])).toEqual([wins ? 'connected' : 'stored'])
      expect(chain.tip).toMatchObject(best)
    }
    expect(chain.tip.hash).toBe(last(branches.at(-1) ?? []).hash)
    cases.ran(branches.flat().length)
  })
})
