import { expect } from '@jest/globals'
import type { Chain } from '@raistone/consensus'
import { type Block, type BlockHash, outpointKey } from '@raistone/primitives'
import { type Indexes, openIndexes } from './indexes.js'
import type { Model } from './model.js'
import { plainFilter, plainFilterHeader } from './plain-filter.js'
import { params } from './setting.js'
import type { Story } from './story.js'

interface PlainFilter {
  readonly filter: string
  readonly header: string
}

const known = new WeakMap<Model, Map<BlockHash, PlainFilter>>()

/** The scripts of the coins that a block spends. */
function spentScripts(model: Model, { header, transactions }: Block): Uint8Array[] {
  const scripts = new Map<string, Uint8Array>()
  for (const [key, { script }] of model.coinsAfter(header.prev)) scripts.set(key, script)
  return transactions.flatMap(({ txid, inputs, outputs }, index) => {
    const spent = index === 0 ? [] : inputs.map(({ prevout }) => scripts.get(outpointKey(prevout)) as Uint8Array)
    for (const [vout, { script }] of outputs.entries()) scripts.set(outpointKey({ txid, vout }), script)
    return spent
  })
}

/** What the index of filters must say of a block; computed once. */
function filterOf(model: Model, hash: BlockHash): PlainFilter {
  const filters = known.get(model) ?? new Map<BlockHash, PlainFilter>()
  known.set(model, filters)
  const found = filters.get(hash)
  if (found) return found
  const block = model.block(hash)
  const isFirst = hash === params.genesis.hash
  const paid = block.transactions.flatMap(({ outputs }) => outputs.map(({ script }) => script))
  const scripts = [...paid.filter(([first]) => first !== 0x6a), ...(isFirst ? [] : spentScripts(model, block))]
  const filter = plainFilter(hash, scripts)
  const header = plainFilterHeader(filter, isFirst ? '0'.repeat(64) : filterOf(model, block.header.prev).header)
  filters.set(hash, { filter, header })
  return { filter, header }
}

/** Both indexes are at the chain's tip and say of every block, and every transaction, what the model makes of them. */
export async function expectIndexesAgree(
  chain: Chain,
  { transactions, filters }: Indexes,
  { model }: Story,
): Promise<void> {
  const { hash: tip, height } = chain.tip
  expect([transactions.height, filters.height]).toEqual([height, height])
  for (const hash of [params.genesis.hash, ...model.wayTo(tip).map(block => block.hash)]) {
    const right = filterOf(model, hash)
    const found = await filters.ask(index => index.find({ hash, height: model.heightOf(hash) }))
    const { filter, header } = found ?? { filter: new Uint8Array(0), header: '' }
    expect({ hash, filter: Buffer.from(filter).toString('hex'), header }).toEqual({ hash, ...right })
    const block = model.block(hash)
    for (const [index, { txid, raw }] of block.transactions.entries()) {
      const place = await transactions.ask(them => them.find(txid))
      if (hash === params.genesis.hash) {
        expect(place).toBeUndefined()
        continue
      }
      expect(place).toMatchObject({ block: hash, index })
      const { offset = 0, length = 0 } = place ?? {}
      expect(Buffer.from(raw).equals(block.raw.subarray(offset, offset + length))).toBe(true)
    }
  }
}

/** Opens the indexes that a crash left behind: they go on from where they were, and nothing had to be made again. */
export async function expectIndexesSound(dir: string, chain: Chain, story: Story): Promise<Indexes> {
  const indexes = await openIndexes(dir, chain)
  await indexes.reachTip()
  expect(indexes.notices).toEqual([])
  await expectIndexesAgree(chain, indexes, story)
  return indexes
}
