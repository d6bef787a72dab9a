import { expect, test } from '@jest/globals'
import { hasVectors, readCaseRows, readVectorBytes, readVectors, readVectorText } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { type Block, decodeBlock } from '../src/block.js'
import { fromHex, toHex } from '../src/codec/hex.js'
import { basicFilter, basicFilterMatches, filterHash, filterHeader } from '../src/filter/basic-filter.js'
import { type FilterHeader, type OutpointKey, ZERO_HASH } from '../src/ids.js'
import { outpointKey } from '../src/transaction.js'

const OF_BITCOIN = 'filters/blockfilters.json'
const OF_MAINNET = 'filters/mainnet_0_255.json'
const OF_LARGE = 'filters/real_blocks.json'
const MAINNET = 'blocks/mainnet_chain_0_255.txt'

type Row = readonly [
  height: number,
  hash: string,
  block: string,
  spent: readonly string[],
  previous: string,
  filter: string,
  header: string,
  note: string,
]

vectorSuite(OF_BITCOIN, cases => {
  test.each(readCaseRows<Row>(OF_BITCOIN))('testnet3 block %i', (_, hash, raw, spentHex, previous, filter, header) => {
    cases.ran()
    const block = decodeBlock(fromHex(raw))
    const spent = spentHex.map(fromHex)
    const made = basicFilter(block, spent)
    expect({ hash: block.hash, filter: toHex(made) }).toEqual({ hash, filter })
    expect(filterHeader(filterHash(made), previous as FilterHeader)).toBe(header)
    for (const script of spent) expect(basicFilterMatches(made, block.hash, [script])).toBe(script.length > 0)
  })
})

/** The scripts that a block spends, where all that came before it is known; the block's outputs are then known too. */
function spentIn({ transactions }: Block, known: Map<OutpointKey, Uint8Array>): Uint8Array[] {
  return transactions.flatMap(({ txid, inputs, outputs }, i) => {
    outputs.forEach(({ script }, vout) => {
      known.set(outpointKey({ txid, vout }), script)
    })
    return i === 0 ? [] : inputs.map(({ prevout }) => known.get(outpointKey(prevout)) as Uint8Array)
  })
}

interface MainnetCase {
  readonly height: number
  readonly filter: string
  readonly filter_header: string
}

vectorSuite(OF_MAINNET, cases => {
  test('filters and headers from the genesis block on', () => {
    const blocks = readVectorText(MAINNET).split('\n').filter(Boolean)
    const known = new Map<OutpointKey, Uint8Array>()
    let header = ZERO_HASH as FilterHeader
    for (const { height, filter, filter_header } of readVectors<MainnetCase[]>(OF_MAINNET)) {
      cases.ran()
      const block = decodeBlock(fromHex(blocks[height] as string))
      const made = basicFilter(block, spentIn(block, known))
      header = filterHeader(filterHash(made), header)
      expect({ height, filter: toHex(made), header }).toEqual({ height, filter, header: filter_header })
    }
  })
})

interface LargeCase {
  readonly block: string
  readonly n_items: number
  readonly filter_bytes: number
  readonly filter_hash: string
}

vectorSuite(OF_LARGE, cases => {
  test.each(readVectors<LargeCase[]>(OF_LARGE))('$block', ({ block: name, filter_bytes, filter_hash }) => {
    cases.ran()
    expect(hasVectors(`blocks/${name}.bin`)).toBe(true)
    const block = decodeBlock(readVectorBytes(`blocks/${name}.bin`))
    const { spent } = readVectors<{ spent: readonly (readonly (readonly [number, string])[])[] }>(
      `blocks/${name}.spent.json`,
    )
    const made = basicFilter(
      block,
      spent.flat().map(([, script]) => fromHex(script)),
    )
    expect({ filter_bytes: made.length, filter_hash: filterHash(made) }).toEqual({ filter_bytes, filter_hash })
  })
})
