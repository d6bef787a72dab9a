import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, createTransaction, type Outpoint, type Transaction, type TxOut } from '@raistone/primitives'
import { BlockBuilder } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { nextTurn } from '../../src/verify/next-turn.js'
import type { ScriptVerifier } from '../../src/verify/script-verifier.js'
import { feed, liveClock, liveParams } from '../support/live-chain.js'

const anybody = Uint8Array.of(0x51)
const nothing = new Uint8Array(0)
const coins = (count: number): TxOut[] => Array.from({ length: count }, () => ({ value: 10n, script: anybody }))

/** Needs no signature. */
const spending = (prevouts: readonly Outpoint[], outputs: readonly TxOut[]): Transaction =>
  createTransaction({
    version: 2,
    inputs: prevouts.map(prevout => ({ prevout, scriptSig: nothing, sequence: 0xffffffff, witness: [] })),
    outputs,
    lockTime: 0,
  })

/** Lets everything pass, and takes no time: how often it would pause is nothing that can be counted on. */
const verifier: ScriptVerifier = {
  tier: 'none',
  workers: 0,
  begin: () => ({ finish: () => Promise.resolve(undefined), abandon: () => undefined }),
  verify: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
}

const COUNT = 2000
const builder = new BlockBuilder(liveParams)
const first = builder.mineMany(5, { payTo: anybody })
const coinbaseOf = (block: Block): Outpoint => ({ txid: block.transactions[0]!.txid, vout: 0 })
const fans = [0, 1].map(n => spending([coinbaseOf(first[n]!)], coins(COUNT)))
first.push(builder.mine({ transactions: fans }))
const made = ({ txid }: Transaction): Outpoint[] => Array.from({ length: COUNT }, (_, vout) => ({ txid, vout }))

const blocks: Record<string, { readonly block: Block; readonly leastTurns: number }> = {
  // Decoded in 2 steps, looked at in 3, its coins found in 16, connected in 4, applied in 8.
  'many small transactions': {
    block: builder.build({ transactions: made(fans[0]!).map(prevout => spending([prevout], coins(1))) }),
    leastTurns: 36,
  },
  // Its coins found in 16, applied in 4.
  'one transaction with many inputs': {
    block: builder.build({ transactions: [spending(made(fans[1]!), coins(1))] }),
    leastTurns: 27,
  },
  // Connected in 2, applied in 4.
  'one transaction with many outputs': {
    block: builder.build({ transactions: [spending([coinbaseOf(first[2]!)], coins(COUNT))] }),
    leastTurns: 13,
  },
}

let chain: Chain
afterEach(() => chain.close())

/** How often others have their turn until the block is connected, on a machine that finds `sliceMs` over at once or never. */
async function turnsIn(block: Block, sliceMs: number): Promise<number> {
  chain = await openChain(
    { params: liveParams, store: await openMemoryStore(), verifier, clock: liveClock },
    { sliceMs },
  )
  await feed(chain, first)
  let turns = 0
  let over = false
  const counting = (async () => {
    for (; !over; turns++) await nextTurn()
  })()
  expect(await feed(chain, [block])).toEqual(['connected'])
  over = true
  await counting
  return turns
}

describe('a block that takes long leaves others their turns', () => {
  test.each(Object.keys(blocks))('%s', async name => {
    const { block, leastTurns } = blocks[name]!
    expect(await turnsIn(block, Number.POSITIVE_INFINITY)).toBeLessThan(3)
    await chain.close()
    expect(await turnsIn(block, 0)).toBeGreaterThanOrEqual(leastTurns)
  })
})
