import { expect, test } from '@jest/globals'
import { decodeHeader, fromHex, hashHeader } from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { bitsToTarget } from '../src/pow/target.js'
import { type AlternateMainnet, alternateBlocks } from './support/alternate-mainnet.js'
import { bitcoinChain } from './support/bitcoin-chains.js'
import { headerRunFiles, readHeaderRun } from './support/header-runs.js'
import { feed } from './support/live-chain.js'
import { openLocal } from './support/local-chain.js'

vectorSuite('headers/mainnet_alt.json', cases => {
  const mainnet = bitcoinChain('mainnet')
  const INTERVAL = 2016
  const vectors = readVectors<AlternateMainnet>('headers/mainnet_alt.json')
  const blocks = alternateBlocks(vectors, mainnet)

  test('the chain connects every block', async () => {
    const chain = await openLocal(mainnet, vectors.timestamps.at(-1) as number)
    const answers = await feed(chain, blocks)
    expect(answers.filter(answer => answer !== 'connected')).toEqual([])
    expect(chain.tip).toMatchObject({ hash: blocks.at(-1)?.hash, height: vectors.timestamps.length })
    await chain.close()
    cases.ran(blocks.length)
  })

  test('a first period of two minutes a block makes the second one four times as hard', () => {
    const { pow, genesis } = mainnet
    for (const [i, { header }] of blocks.entries()) {
      const expected = i + 1 < INTERVAL ? bitsToTarget(genesis.header.bits) : bitsToTarget(genesis.header.bits) / 4n
      expect(bitsToTarget(header.bits)).toBe(expected)
      expect(expected).toBeLessThanOrEqual(pow.limit)
    }
  })
})

vectorSuite('headers/testnet3_fork.json', cases => {
  const testnet3 = bitcoinChain('testnet3')
  const fork = readVectors<string[]>('headers/testnet3_fork.json').map(hex => decodeHeader(fromHex(hex)))
  const nowSec = Math.max(...fork.map(({ time }) => time))

  test('the chain takes them on its genesis block', async () => {
    const chain = await openLocal(testnet3, nowSec)
    const { reject } = chain.submitHeaders(fork)
    expect(reject).toBeUndefined()
    expect(chain.entry(hashHeader(fork[0]!))?.header.prev).toBe(testnet3.genesis.hash)
    expect(chain.bestHeader).toMatchObject({ hash: hashHeader(fork.at(-1)!), height: fork.length })
    await chain.close()
    cases.ran(fork.length)
  })

  test('they are a branch beside one of more work', async () => {
    const path = headerRunFiles().find(file => file.includes('testnet3'))
    if (!path) return
    const { headers } = readHeaderRun(path)
    const chain = await openLocal(testnet3, nowSec)
    for (const run of [headers, fork]) expect(chain.submitHeaders(run).reject).toBeUndefined()
    const ends = [headers, fork].map(run => hashHeader(run.at(-1) as (typeof run)[number]))
    expect(chain.bestHeader.hash).toBe(ends[0])
    expect(
      chain
        .tips()
        .filter(({ status }) => status === 'headers-only')
        .map(({ entry }) => entry.hash)
        .sort(),
    ).toEqual([...ends].sort())
    await chain.close()
  })
})
