import { afterEach, describe, expect, test } from '@jest/globals'
import { blockSubsidy, type ChainParams, MAX_BLOCK_SIGOPS_COST, MAX_BLOCK_WEIGHT } from '@raistone/consensus'
import { blockWeight, committedHash, equalBytes, outputTotal, toHex, witnessCommitment } from '@raistone/primitives'
import { BlockBuilder, entryParent, heightPush } from '@raistone/testkit'
import { createCoinbase } from '../src/coinbase.js'
import { mineBlocks } from '../src/mine-blocks.js'
import { createTemplate, earliestTime, timeAllows } from '../src/template.js'
import {
  key,
  type Ledger,
  minted,
  openLedger,
  openMined,
  outputOf,
  pay,
  payTo,
  quick,
  regtest,
  take,
} from './support/ledger.js'

let ledger: Ledger
afterEach(() => ledger.close())

/** What the rules would say of the block, were it solved. */
const verdictOf = async (block: Awaited<ReturnType<typeof createTemplate>>['block']) =>
  ledger.chain.checkTemplate(block)

describe('a template', () => {
  test('takes subsidy and fees exactly, commits to height and witnesses, and is valid', async () => {
    ledger = await openMined(8)
    const parent = await take(ledger, pay([await minted(ledger, 1)], 1234n))
    const child = await take(ledger, pay([outputOf(parent)], 4321n))
    const { block, fees, height, entries } = await createTemplate(ledger, payTo)
    const coinbase = block.transactions[0]!
    expect([height, fees, entries.length]).toEqual([9, 5555n, 2])
    expect(block.transactions.slice(1).map(({ txid }) => txid)).toEqual([parent.txid, child.txid])
    expect(outputTotal(coinbase)).toBe(blockSubsidy(9, quick) + 5555n)
    expect(equalBytes(coinbase.outputs[0]!.script, payTo)).toBe(true)
    const { scriptSig, witness } = coinbase.inputs[0]!
    expect(toHex(scriptSig).startsWith(toHex(heightPush(9)))).toBe(true)
    expect(committedHash(coinbase)).toEqual(witnessCommitment(block.transactions, witness[0]!))
    expect(await verdictOf(block)).toBeUndefined()
  })

  test('that took one satoshi more would be refused', async () => {
    ledger = await openMined(8)
    await take(ledger, pay([await minted(ledger, 1)], 1000n))
    const { tip } = ledger.chain
    const { block } = await createTemplate(ledger, payTo)
    const fees = (fee: bigint) =>
      new BlockBuilder(quick, entryParent(tip)).build({ transactions: block.transactions.slice(1), fees: fee })
    expect(await verdictOf(fees(1000n))).toBeUndefined()
    expect((await verdictOf(fees(1001n)))?.rule).toBe('bad-cb-amount')
  })

  test('keeps room for header and coinbase', async () => {
    ledger = await openMined(8)
    await take(ledger, pay([await minted(ledger, 1)], 1000n))
    const { entries } = await createTemplate(ledger, payTo)
    const { weight } = entries[0]!
    const within = async (maxWeight: number) => (await createTemplate(ledger, payTo, { maxWeight })).block
    expect((await within(8000 + weight)).transactions).toHaveLength(2)
    expect(blockWeight(await within(8000 + weight))).toBeLessThanOrEqual(8000 + weight)
    expect((await within(8000 + weight - 1)).transactions).toHaveLength(1)
    expect([MAX_BLOCK_WEIGHT, MAX_BLOCK_SIGOPS_COST]).toEqual([4_000_000, 80_000])
  })

  test('is empty while a reorganisation is not sorted out, and takes in what it frees then', async () => {
    ledger = await openMined(8)
    const { chain, mempool } = ledger
    const tx = await take(ledger, pay([await minted(ledger, 1)], 1000n))
    await mineBlocks(ledger, 1, payTo)
    await take(ledger, pay([outputOf(tx)], 1000n))
    const rival = new BlockBuilder(quick, entryParent(chain.entryAt(8)!))
    let during: Promise<number> | undefined
    const off = chain.events.on('disconnected', () => {
      const unsettled = { ...ledger, mempool: { ...view(mempool), settled: () => Promise.resolve() } }
      during = createTemplate(unsettled, payTo).then(({ block }) => block.transactions.length)
    })
    for (const block of rival.mineMany(2, { extraNonce: 1 })) await chain.submitBlock(block.raw)
    off()
    expect(await during).toBe(1)
    expect((await createTemplate(ledger, payTo)).block.transactions).toHaveLength(3)
  })
})

/** The mempool as mining sees it. */
const view = (mempool: Ledger['mempool']) => ({
  entries: () => mempool.entries(),
  get: mempool.get.bind(mempool),
  get reorganising() {
    return mempool.reorganising
  },
})

describe('its time', () => {
  const now = (at: Ledger): number => at.clock.ms / 1000

  test('follows the clock, and is later than the median of the past when the clock is slow', async () => {
    ledger = await openMined(12)
    const { chain, clock } = ledger
    clock.ms += 60_000
    expect((await createTemplate(ledger, payTo)).block.header.time).toBe(now(ledger))
    clock.ms -= 3600_000
    const { block } = await createTemplate(ledger, payTo)
    expect(block.header.time).toBe(chain.tip.medianTimePast + 1)
    expect(block.header.time).toBeLessThanOrEqual(chain.tip.header.time)
    expect(await verdictOf(block)).toBeUndefined()
  })

  test('on a relative chain is later than the parent', async () => {
    const retarget = { kind: 'relative', halfLifeSec: 1000, maxGapSec: 60 } as const
    const params: ChainParams = { ...quick, pow: { ...quick.pow, spacingSec: 5, futureLimitSec: 60, retarget } }
    ledger = await openLedger(params)
    await mineBlocks(ledger, 5, payTo)
    ledger.clock.ms -= 5_000
    const { block } = await createTemplate(ledger, payTo)
    expect(block.header.time).toBe(ledger.chain.tip.header.time + 1)
    expect(await verdictOf(block)).toBeUndefined()
    expect(await mineBlocks(ledger, 3, payTo)).toHaveLength(3)
  })

  test('is not forced further ahead of the clock than the rules allow', async () => {
    ledger = await openMined(1)
    const { chain, clock } = ledger
    const limit = chain.params.pow.futureLimitSec
    expect(timeAllows(chain, earliestTime(chain) - limit)).toBe(true)
    expect(timeAllows(chain, earliestTime(chain) - limit - 1)).toBe(false)
    clock.ms = (earliestTime(chain) - limit - 1) * 1000
    expect(await mineBlocks(ledger, 3, payTo)).toEqual([])
    clock.ms += 1000
    expect(await mineBlocks(ledger, 1, payTo)).toHaveLength(1)
  })
})

describe('a coinbase', () => {
  const parts = { height: 1, fees: 0n, payTo: key.scripts.p2tr, extraNonce: 0, others: [] }
  test.each([1, 16, 17, 127, 128, 32_767, 32_768, 500_000])(
    'of height %i begins with it, and is long enough',
    height => {
      for (const extraNonce of [0, 1, 2 ** 32]) {
        const { scriptSig } = createCoinbase({ ...parts, height, extraNonce }, regtest).inputs[0]!
        expect(toHex(scriptSig).startsWith(toHex(heightPush(height)))).toBe(true)
        expect(scriptSig.length).toBeGreaterThanOrEqual(2)
        expect(scriptSig.length).toBeLessThanOrEqual(100)
      }
    },
  )

  test('is another one for another extra nonce', () => {
    const txids = [0, 1, 2, 2 ** 32].map(extraNonce => createCoinbase({ ...parts, extraNonce }, regtest).txid)
    expect(new Set(txids).size).toBe(4)
  })

  test('has no commitment before SegWit', () => {
    const params = { ...regtest, forks: { ...regtest.forks, segwit: 10 } }
    expect(committedHash(createCoinbase({ ...parts, height: 9 }, params))).toBeUndefined()
    expect(createCoinbase({ ...parts, height: 9 }, params).inputs[0]!.witness).toEqual([])
    expect(committedHash(createCoinbase({ ...parts, height: 10 }, params))).toBeDefined()
  })

  test('takes less after a halving, and fees only when nothing is left of the subsidy', () => {
    const value = (height: number): bigint => createCoinbase({ ...parts, height, fees: 5n }, regtest).outputs[0]!.value
    expect([149, 150, 300, 150 * 64].map(value)).toEqual([5_000_000_005n, 2_500_000_005n, 1_250_000_005n, 5n])
  })
})
