import { expect, test } from '@jest/globals'
import { hashHeader } from '@raistone/primitives'
import { vectorSuite } from '@raistone/testkit/jest'
import type { BlockEntry } from '../src/chain/block-entry.js'
import type { HeaderView } from '../src/chain/tree-entry.js'
import { checkHeaderAlone } from '../src/rules/header/alone.js'
import { bitcoinChain } from './support/bitcoin-chains.js'
import { headerRunFiles, judgeRun, publishedWork, readHeaderRun } from './support/header-runs.js'
import { openLocal } from './support/local-chain.js'

const works = publishedWork()

/** Heights of which another total work is published. */
const wrongWorks = (entries: readonly Pick<HeaderView, 'height' | 'chainWork'>[]): number[] =>
  entries.filter(({ height, chainWork }) => (works.get(height) ?? chainWork) !== chainWork).map(({ height }) => height)

const files = headerRunFiles()

// Without any, the suite says so.
for (const path of files.length > 0 ? files : ['headers/*.bin'])
  vectorSuite(path, cases => {
    const run = readHeaderRun(path)
    const { network, from, headers } = run
    const params = bitcoinChain(network)
    const nowSec = Math.max(...headers.map(({ time }) => time))
    const hashes = headers.map(hashHeader)
    const tip = hashes.at(-1)

    test('every header shows its work and names the one before it', () => {
      const unlinked = headers.flatMap(({ prev }, i) => (i > 0 && prev !== hashes[i - 1] ? [from + i] : []))
      const idle = headers.flatMap(
        (header, i) => checkHeaderAlone(header, hashes[i] as (typeof hashes)[number], params) ?? [],
      )
      expect({ unlinked, idle }).toEqual({ unlinked: [], idle: [] })
    })

    if (from === 0)
      test('the chain takes every header and ends at the last', async () => {
        const chain = await openLocal(params, nowSec)
        const { reject } = chain.submitHeaders(headers)
        expect(reject).toBeUndefined()
        expect(chain.bestHeader.hash).toBe(tip)
        // One file leaves the genesis block out.
        expect(chain.bestHeader.height).toBe(headers.length - (hashes[0] === params.genesis.hash ? 1 : 0))
        if (network === 'mainnet') expect(wrongWorks(hashes.map(hash => chain.entry(hash) as BlockEntry))).toEqual([])
        await chain.close()
        cases.ran(headers.length)
      })
    else
      test('every header obeys the rules as far as its ancestors are known', () => {
        const { entries, reject } = judgeRun(run, params, { nowMs: () => nowSec * 1000 }, works.get(from - 1))
        expect(reject).toBeUndefined()
        expect(entries.at(-1)).toMatchObject({ hash: tip, height: from + headers.length - 1 })
        if (network === 'mainnet' && works.has(from - 1)) expect(wrongWorks(entries)).toEqual([])
        cases.ran(headers.length)
      })
  })
