import { expect, test } from '@jest/globals'
import { blockWeight, outpointKey, type Transaction } from '@raistone/primitives'
import { BlockBuilder, entryParent, type OwnedCoin } from '@raistone/testkit'
import fc from 'fast-check'
import { mineBlocks } from '../src/mine-blocks.js'
import { createTemplate } from '../src/template.js'
import { type Ledger, minted, openMined, outputOf, pay, payTo } from './support/ledger.js'

const payment = fc.record({
  coins: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  fee: fc.bigInt({ min: 200n, max: 20_000n }),
  ways: fc.integer({ min: 1, max: 3 }),
})
const scene = fc.record({
  payments: fc.array(payment, { minLength: 1, maxLength: 12 }),
  /** Blocks taken back after the payments, with what was mined in them. */
  back: fc.nat({ max: 2 }),
  maxWeight: fc.integer({ min: 8000, max: 16_000 }),
})

/** Pays from coins and from outputs of payments alike; what is refused is of no interest here. */
async function play(ledger: Ledger, payments: readonly (typeof payment extends fc.Arbitrary<infer T> ? T : never)[]) {
  const coins: OwnedCoin[] = []
  for (let height = 1; height <= 6; height++) coins.push(await minted(ledger, height))
  for (const { coins: picks, fee, ways } of payments) {
    const chosen = picks.map(pick => coins[pick % coins.length] as OwnedCoin)
    const once = new Map(chosen.map(coin => [outpointKey(coin.outpoint), coin]))
    const tx = pay([...once.values()], fee, ways)
    if ((await ledger.mempool.accept(tx)).reject) continue
    tx.outputs.forEach((_, vout) => {
      coins.push(outputOf(tx, vout))
    })
  }
}

/** Whoever spends another one's output stands after it. */
function expectParentsFirst(transactions: readonly Transaction[]): void {
  const at = new Map(transactions.map(({ txid }, i) => [txid, i]))
  for (const [i, { inputs }] of transactions.entries())
    for (const { prevout } of inputs) expect(at.get(prevout.txid) ?? -1).toBeLessThan(i)
}

test('a template is a valid block, with parents first and with whole families', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ payments, back, maxWeight }) => {
      const ledger = await openMined(8)
      const { chain, mempool } = ledger
      await play(ledger, payments)
      await mineBlocks(ledger, back, payTo)
      const rival = new BlockBuilder(chain.params, entryParent(chain.entryAt(8)!))
      if (back > 0) for (const block of rival.mineMany(back + 1, { extraNonce: 1 })) await chain.submitBlock(block.raw)
      for (const options of [{}, { maxWeight }]) {
        const { block, entries, fees } = await createTemplate(ledger, payTo, options)
        expect(await chain.checkTemplate(block)).toBeUndefined()
        expect(blockWeight(block)).toBeLessThanOrEqual(options.maxWeight ?? 4_000_000)
        expect(fees).toBe(entries.reduce((sum, { fee }) => sum + fee, 0n))
        expectParentsFirst(block.transactions)
        const inside = new Set(entries.map(({ tx }) => tx.txid))
        for (const { parents } of entries) for (const txid of parents) expect(inside.has(txid)).toBe(true)
        if (!options.maxWeight) expect(entries).toHaveLength(mempool.size)
      }
      await ledger.close()
    }),
    { numRuns: 12 },
  )
}, 60_000)
